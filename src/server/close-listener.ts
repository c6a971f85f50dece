import { type Server, Server as TcpServer, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A turn of the event loop that took longer did work, and meanwhile connections may have come in. */
const idleTurnMilliseconds = 1
/** The first may end before the loop has asked the kernel for connections at all. */
const neededIdleTurns = 3
/** So long connections may be kept waiting for such a turn. */
const maxParkedMilliseconds = 250

/**
 * Stops listening without a reset. The kernel resets connections that it has established and nobody has taken yet.
 * So those are taken first and set aside: while no handshakes are worked on, the queue runs empty within a few turns.
 * They go on once the listener is closed, and so do all others.
 */
export async function closeListener(server: Server): Promise<void> {
  const handlers = server.listeners('connection')
  const parked: Socket[] = []
  server.removeAllListeners('connection')
  server.on('connection', (socket) => parked.push(socket))

  const giveUpAt = performance.now() + maxParkedMilliseconds
  let idleTurns = 0
  while (idleTurns < neededIdleTurns && performance.now() < giveUpAt) {
    const count = parked.length
    const turnedAt = performance.now()
    await nextTurn()
    const isIdle = parked.length === count && performance.now() - turnedAt < idleTurnMilliseconds
    idleTurns = isIdle ? idleTurns + 1 : 0
  }
  // Not the `close` of HTTPS: it also cuts connections without a request, and on some a first one is on its way.
  TcpServer.prototype.close.call(server)

  for (const socket of parked) for (const handler of handlers) handler.call(server, socket)
}
