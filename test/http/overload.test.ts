/** The three ways to be too much, and the deadline: DESIGN section 5. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call, Outcome } from '../../src/admission/admission.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, reviewHead } from '../support/raw-connection.ts'
import { allowed, heldAdmission, makeAgent, startWebhook } from '../support/webhook.ts'

const mebibyte = 1024 * 1024

test('above maxConcurrent: 503, and room again when one is answered', async (t) => {
  const held = heldAdmission()
  const webhook = await startWebhook(t, {
    answer: held.answer,
    limits: { maxConcurrent: 2, maxBytesInFlight: mebibyte },
  })

  const first = [webhook.send('/validate'), webhook.send('/validate')]
  await eventually(() => held.calls.length === 2)
  const third = await webhook.send('/validate')
  held.release()
  await Promise.all(first)
  const fourth = webhook.send('/validate')
  await eventually(() => held.calls.length === 3)
  held.release()

  assert.equal(third.status, 503)
  assert.deepEqual(JSON.parse(third.body), { error: 'too many reviews at once; try again' })
  assert.equal((await fourth).status, 200)
  assert.deepEqual(webhook.turnedAway, ['overload'])
  assert.equal(webhook.traffic.inFlight(), 0)
})

test('bodies that are still arriving take places too', async (t) => {
  const webhook = await startWebhook(t, { limits: { maxConcurrent: 1, maxBytesInFlight: mebibyte } })
  const slow = await openConnection(t, webhook)

  slow.write(`${reviewHead({ 'content-length': '20' })}{`)
  await eventually(() => webhook.traffic.inFlight() === 1)

  assert.equal((await webhook.send('/validate')).status, 503)
})

test('what is announced and not sent takes room from nobody', async (t) => {
  const webhook = await startWebhook(t, { limits: { maxConcurrent: 10, maxBytesInFlight: 5 * mebibyte } })
  const first = await openConnection(t, webhook)
  const second = await openConnection(t, webhook)

  first.write(reviewHead({ 'content-length': String(3 * mebibyte) }))
  second.write(reviewHead({ 'content-length': String(3 * mebibyte) }))
  await eventually(() => webhook.traffic.inFlight() === 2)

  const third = await webhook.send('/validate', { body: Buffer.alloc(4 * mebibyte, ' ') })
  assert.equal(third.status, 200)
  assert.deepEqual(webhook.turnedAway, [])
})

test('a body that is not there after two seconds gives its place back', async (t) => {
  let time = 0
  const webhook = await startWebhook(t, { limits: { maxConcurrent: 1, maxBytesInFlight: mebibyte }, now: () => time })
  const idle = await openConnection(t, webhook)

  idle.write(reviewHead({ 'content-length': '1' }))
  await eventually(() => webhook.traffic.inFlight() === 1)
  time = 2_001

  assert.match(await idle.until(/\r\n\r\n/), /^HTTP\/1\.1 503 /)
  assert.equal((await webhook.send('/validate')).status, 200)
})

test('above maxBytesInFlight by what arrives in chunks: 503', async (t) => {
  const webhook = await startWebhook(t, { limits: { maxConcurrent: 10, maxBytesInFlight: 2 * mebibyte } })
  const headers = { 'content-type': 'application/json' }

  const answer = await webhook.send('/validate', { headers, body: Buffer.alloc(3 * mebibyte, ' ') })

  assert.equal(answer.status, 503)
  assert.deepEqual(webhook.turnedAway, ['overload'])
  assert.equal((await webhook.send('/validate', { body: Buffer.alloc(2 * mebibyte, ' ') })).status, 200, 'given back')
})

test('one namespace that waits in half of the places: 503 for it, room for others', async (t) => {
  const waiting: ((outcome: Outcome) => void)[] = []
  const webhook = await startWebhook(t, {
    limits: { maxConcurrent: 5, maxBytesInFlight: mebibyte },
    answer: (body: Buffer, call: Call) =>
      call.enter(body.toString()) ? new Promise<Outcome>((resolve) => waiting.push(resolve)) : { kind: 'overload' },
  })

  const sent = [webhook.send('/validate', { body: 'tenant-a' }), webhook.send('/validate', { body: 'tenant-a' })]
  await eventually(() => waiting.length === 2)
  const third = await webhook.send('/validate', { body: 'tenant-a' })
  sent.push(webhook.send('/validate', { body: 'tenant-b' }))
  await eventually(() => waiting.length === 3)
  waiting.forEach((resolve) => resolve(allowed))
  const answers = await Promise.all(sent)
  const again = webhook.send('/validate', { body: 'tenant-a' })
  await eventually(() => waiting.length === 4)
  waiting[3]?.(allowed)

  assert.equal(third.status, 503)
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal((await again).status, 200)
  assert.deepEqual(webhook.turnedAway, ['overload'])
})

test('with a single place a namespace may still wait in it', async (t) => {
  const webhook = await startWebhook(t, {
    limits: { maxConcurrent: 1, maxBytesInFlight: mebibyte },
    answer: (_body: Buffer, call: Call) => (call.enter('tenant-a') ? Promise.resolve(allowed) : { kind: 'overload' }),
  })

  assert.equal((await webhook.send('/validate')).status, 200)
})

test('an admission that lets its deadline pass is answered for before the timeout', async (t) => {
  let now = 0
  const held = heldAdmission()
  const webhook = await startWebhook(t, { answer: held.answer, now: () => now })
  const agent = makeAgent(webhook.ca, { maxSockets: 1 })
  t.after(() => agent.destroy())

  const late = webhook.send('/validate?timeout=2s', { agent })
  await eventually(() => held.calls.length === 1)
  assert.equal(held.calls[0]?.deadline, 1_800)
  now = 1_899
  // Whatever the clock says of this one, it is answered after the other has been looked at.
  const other = webhook.send('/validate?timeout=1s')
  await eventually(() => held.calls.length === 2)
  now = 1_900
  const answer = await late
  held.release()

  assert.equal(answer.status, 503)
  assert.deepEqual(JSON.parse(answer.body), { error: 'the review took too long; try again' })
  assert.deepEqual(webhook.turnedAway, ['deadline'])
  assert.equal((await other).status, 200)
  assert.equal(webhook.traffic.inFlight(), 0)
})

test('a review that was answered for keeps its place until admission lets go of it', async (t) => {
  let now = 0
  const held = heldAdmission()
  const limits = { maxConcurrent: 1, maxBytesInFlight: mebibyte }
  const webhook = await startWebhook(t, { answer: held.answer, now: () => now, limits })

  const late = webhook.send('/validate?timeout=1s')
  await eventually(() => held.calls.length === 1)
  now = 1_000
  await late

  assert.equal((await webhook.send('/validate')).status, 503)
  held.release()
  await eventually(() => webhook.traffic.inFlight() === 0)
})
