import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { closeListener } from './close-listener.ts'

test('connections that the kernel holds ready are taken, not reset, and new ones are refused', async (t) => {
  const server = createServer((socket) => socket.end('taken')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address !== 'string')
  const established = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { port: address.port, count: 40, established }
  const worker = new Worker(new URL('../../test/support/connect-worker.ts', import.meta.url), { workerData })
  t.after(() => worker.terminate())
  await once(worker, 'online')

  // This thread stands still, so that nobody takes the connections before the listener closes.
  const wait = Atomics.wait(established, 0, 0, 10_000)
  await closeListener(server)

  const [outcomes] = await once(worker, 'message')
  assert.notEqual(wait, 'timed-out')
  assert.deepEqual(
    outcomes,
    Array.from({ length: 40 }, () => 'taken'),
  )
  assert.equal(server.listening, false)
})
