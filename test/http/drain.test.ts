/** SIGTERM in flight: drain, no reset connections (reference/admission-webhooks.md 3.4). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Outcome } from '../../src/admission/admission.ts'
import { drain } from '../../src/server/drain.ts'
import { eventually } from '../support/eventually.ts'
import type { LoadOptions, LoadReport } from '../support/load-worker.ts'
import { openConnection, reviewHead } from '../support/raw-connection.ts'
import { allowed, heldAdmission, makeAgent, send, startWebhook, type Webhook } from '../support/webhook.ts'

const quick = { quietMilliseconds: 40, lastRequestMilliseconds: 40 }

for (const { title, pauseMs } of [
  { title: 'one review after another', pauseMs: 0 },
  { title: 'reviews with pauses between them', pauseMs: 30 },
]) {
  test(`draining under load loses nothing: ${title}`, async (t) => {
    let count = 0
    const webhook = await startWebhook(t, {
      // Some are in flight for a while, whenever the drain begins.
      answer: () => (++count % 3 === 0 ? sleep(10).then((): Outcome => allowed) : allowed),
    })
    const load = await startLoad(t, { port: webhook.port, ca: webhook.ca, senders: 16, pauseMs })
    const answeredBefore = count

    await drain(webhook.app, webhook.traffic, { maxAcceptMilliseconds: 400, quietMilliseconds: 200 })
    const report = await load.report

    assert.deepEqual(report.failures, [])
    assert.equal(report.refused, 16)
    assert.ok(report.answered > answeredBefore, 'reviews that came during the drain were answered')
    assert.ok(report.closing >= 16)
  })
}

test('what is in flight is answered, and its connection ends with the answer', async (t) => {
  const held = heldAdmission()
  const webhook = await startWebhook(t, { answer: held.answer })
  const waiting = webhook.send('/validate')
  await eventually(() => held.calls.length === 1)

  const drained = drain(webhook.app, webhook.traffic, quick)
  await eventually(() => !webhook.app.server.listening)
  held.release()

  const answer = await waiting
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.connection, 'close')
  await drained
})

test('while requests keep coming new connections are taken, and every answer ends its connection', async (t) => {
  let now = 0
  const webhook = await startWebhook(t, { now: () => now })
  const kept = makeAgent(webhook.ca)
  t.after(() => kept.destroy())
  await send(webhook.port, '/validate', { agent: kept })

  const drained = drain(webhook.app, webhook.traffic, { now: () => now })
  const answers = [
    await send(webhook.port, '/validate', { agent: kept }),
    await webhook.send('/validate'),
    await webhook.send('/nothing'),
    await webhook.send('/validate', { method: 'PUT' }),
    await webhook.send('/validate', { headers: { 'content-type': 'text/plain' } }),
  ]
  now = 999
  answers.push(await webhook.send('/validate'))
  now = 1_900
  answers.push(await webhook.send('/validate'))
  now = 30_000
  await drained

  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.connection]),
    [200, 200, 404, 405, 415, 200, 200].map((status) => [status, 'close']),
  )
  await assertRefused(webhook)
})

test('requests that never cease do not keep the listener open', async (t) => {
  let now = 0
  const webhook = await startWebhook(t, { now: () => now })

  const drained = drain(webhook.app, webhook.traffic, { now: () => now })
  for (now = 500; now < 5_000; now += 500) assert.equal((await webhook.send('/validate')).status, 200)
  await eventually(() => !webhook.app.server.listening)
  now = 10_000
  await drained

  await assertRefused(webhook)
})

test('a body that is still arriving may arrive', async (t) => {
  const webhook = await startWebhook(t)
  const connection = await openConnection(t, webhook)
  connection.write(`${reviewHead({ 'content-length': '4' })}{`)
  await eventually(() => webhook.traffic.inFlight() === 1)

  const drained = drain(webhook.app, webhook.traffic, quick)
  await eventually(() => !webhook.app.server.listening)
  connection.write('  }')

  assert.match(await connection.closed(), /^HTTP\/1\.1 200 [\s\S]*connection: close/i)
  await drained
})

test('a first request on a connection taken last is answered', async (t) => {
  const webhook = await startWebhook(t)
  const connection = await openConnection(t, webhook)
  await eventually(() => webhook.traffic.sockets.size === 1)

  const drained = drain(webhook.app, webhook.traffic, { ...quick, lastRequestMilliseconds: 5_000 })
  await eventually(() => !webhook.app.server.listening)
  connection.write(`${reviewHead({ 'content-length': '2' })}{}`)

  assert.match(await connection.closed(), /^HTTP\/1\.1 200 /)
  await drained
})

test('idle, half-open and silent connections do not hold the end up', async (t) => {
  const webhook = await startWebhook(t)
  const idle = await openConnection(t, webhook)
  idle.write(`${reviewHead({ 'content-length': '2' })}{}`)
  await idle.until(/^HTTP\/1\.1 200 /)
  const silent = await openConnection(t, webhook)
  const halfOpen = connectTcp(webhook.port, '127.0.0.1')
  t.after(() => halfOpen.destroy())
  halfOpen.resume()
  await eventually(() => webhook.traffic.sockets.size === 3)

  await drain(webhook.app, webhook.traffic, quick)

  await Promise.all([idle.closed(), silent.closed(), halfOpen.closed || once(halfOpen, 'close')])
  await eventually(() => webhook.traffic.sockets.size === 0)
})

test('a review that never ends is cut in the end', async (t) => {
  const held = heldAdmission()
  const webhook = await startWebhook(t, { answer: held.answer })
  const waiting = webhook.send('/validate?timeout=30s')
  waiting.catch(() => {})
  await eventually(() => held.calls.length === 1)

  await drain(webhook.app, webhook.traffic, { ...quick, maxMilliseconds: 120 })

  await assert.rejects(waiting)
})

test('without a request for a while the listener closes early', async (t) => {
  let now = 0
  const webhook = await startWebhook(t, { now: () => now })
  const drained = drain(webhook.app, webhook.traffic, { now: () => now })

  now = 999
  await sleep(60)
  const wasListening = webhook.app.server.listening
  now = 1_000
  await drained

  assert.equal(wasListening, true)
  await assertRefused(webhook)
})

async function assertRefused(webhook: Webhook): Promise<void> {
  await assert.rejects(webhook.send('/validate'), { code: 'ECONNREFUSED' })
}

/** Resolves once the load runs; `report` when every sender has been refused. */
async function startLoad(t: TestContext, options: LoadOptions): Promise<{ report: Promise<LoadReport> }> {
  const worker = new Worker(new URL('../support/load-worker.ts', import.meta.url), { workerData: options })
  t.after(() => worker.terminate())
  await once(worker, 'message')
  return { report: once(worker, 'message').then(([report]) => report) }
}
