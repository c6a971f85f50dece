/** Opens TCP connections from a thread of its own, and reports what became of them. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

export interface ConnectOptions {
  readonly port: number
  readonly count: number
  /** Set to 1 and notified once the kernel has established all of them, accepted or not. */
  readonly established: Int32Array
}

const { port, count, established }: ConnectOptions = workerData
const sockets: Socket[] = []
for (let opened = 0; opened < count; opened++) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  sockets.push(socket)
}
const outcomes = Promise.all(sockets.map(outcomeOf))
Atomics.store(established, 0, 1)
Atomics.notify(established, 0)
parentPort?.postMessage(await outcomes)

/** The text that the server sent, or the code of the error that ended the connection. */
function outcomeOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('data', (data) => resolve(data.toString()))
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.on('end', () => resolve('end'))
  })
}
