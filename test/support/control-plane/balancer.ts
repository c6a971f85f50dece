/** What a Service does: new connections go to one of the backends that are in rotation, old ones stay where they are. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Balancer {
  /** Takes the backend out of rotation, as when its pod is being deleted. */
  remove(port: number): void
  add(port: number): void
  close(): Promise<void>
}

/** Listens at `host` and `port` and passes connections on to ports of 127.0.0.1, in turn. */
export async function startBalancer(host: string, port: number, backends: readonly number[]): Promise<Balancer> {
  const inRotation = new Set(backends)
  const open = new Set<Socket>()
  let turn = 0
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (incoming) => {
    open.add(incoming)
    incoming.once('close', () => open.delete(incoming))
    const ports = Array.from(inRotation)
    const backend = ports[turn++ % Math.max(ports.length, 1)]
    if (backend === undefined) {
      incoming.resetAndDestroy()
      return
    }
    const outgoing = connect({ host: '127.0.0.1', port: backend, noDelay: true })
    outgoing.once('connect', () => incoming.pipe(outgoing).pipe(incoming))
    incoming.once('close', () => outgoing.destroy())
    incoming.on('error', () => outgoing.destroy())
    outgoing.once('close', () => incoming.destroy())
    // No reset: Node refuses it while the end of the other side is being passed on, and then never closes the socket.
    outgoing.on('error', () => incoming.destroy())
  }).listen(port, host)
  await once(server, 'listening')
  return {
    remove: (backend) => void inRotation.delete(backend),
    add: (backend) => void inRotation.add(backend),
    async close() {
      const closed = once(server, 'close')
      server.close()
      // One whose other end is gone without a word would be waited for until TCP gives up.
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
