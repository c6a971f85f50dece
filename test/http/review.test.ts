/** What a review gets over HTTPS: DESIGN section 5, reference/admission-webhooks.md section 1. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../src/admission/admission.ts'
import { eventually } from '../support/eventually.ts'
import { openConnection, reviewHead } from '../support/raw-connection.ts'
import { allowed, heldAdmission, startWebhook } from '../support/webhook.ts'

test('a review is answered with 200 and what admission says, byte for byte', async (t) => {
  const body = '{"response":{"uid":"705ab4f5 \\u0000","allowed":false,"status":{"message":"„naïve“ 🔒"}}}'
  const webhook = await startWebhook(t, { answer: () => ({ kind: 'answered', body }) })

  const answer = await webhook.send('/validate')

  assert.equal(answer.status, 200)
  assert.equal(answer.body, body)
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['content-length'], String(Buffer.byteLength(body)))
  assert.equal(answer.headers.connection, 'keep-alive')
  assert.deepEqual(webhook.turnedAway, [])
})

test('an answer that has to wait is sent when it is there', async (t) => {
  const webhook = await startWebhook(t, { answer: () => Promise.resolve(allowed) })

  assert.equal((await webhook.send('/validate')).status, 200)
})

test('each path names its endpoint and its family', async (t) => {
  const calls: Call[] = []
  const webhook = await startWebhook(t, { answer: remember(calls) })

  for (const path of ['/validate', '/validate/tenant-host?timeout=5s', '/mutate?', '/mutate/default-route-hostname']) {
    assert.equal((await webhook.send(path)).status, 200)
  }

  assert.deepEqual(
    calls.map(({ endpoint, family }) => [endpoint, family]),
    [
      ['validate', undefined],
      ['validate', 'tenant-host'],
      ['mutate', undefined],
      ['mutate', 'default-route-hostname'],
    ],
  )
})

test('a body in many pieces arrives whole, with a length and without', async (t) => {
  const bodies: string[] = []
  const webhook = await startWebhook(t, {
    answer(body) {
      bodies.push(body.toString())
      return allowed
    },
  })
  const body = JSON.stringify({ text: 'ä'.repeat(400_000) })

  await webhook.send('/validate', { body })
  await webhook.send('/validate', { body, headers: { 'content-type': 'application/json' } })

  assert.deepEqual(bodies, [body, body])
})

test('7 MiB exactly is let in', async (t) => {
  let size = 0
  const webhook = await startWebhook(t, {
    answer(body) {
      size = body.length
      return allowed
    },
  })

  const answer = await webhook.send('/validate', { body: Buffer.alloc(7 * 1024 * 1024, ' ') })

  assert.equal(answer.status, 200)
  assert.equal(size, 7 * 1024 * 1024)
})

test('the deadline is nine tenths of the timeout that the API server names', async (t) => {
  const calls: Call[] = []
  const webhook = await startWebhook(t, { answer: remember(calls), now: () => 1_000 })
  const expected: readonly (readonly [string, number])[] = [
    ['', 10_000],
    ['?timeout=5s', 5_000],
    ['?timeout=1s', 1_000],
    ['?timeout=30s', 30_000],
    ['?timeout=0m2.5s', 2_500],
    ['?timeout=2500ms', 2_500],
    ['?timeout=2s500ms', 2_500],
    ['?dryRun=All&timeout=3s', 3_000],
    ['?timeout=%33s', 3_000],
    // Out of range, or no duration at all.
    ['?timeout=500ms', 10_000],
    ['?timeout=1m30s', 10_000],
    ['?timeout=-5s', 10_000],
    ['?timeout=5', 10_000],
    ['?timeout=', 10_000],
    ['?timeout=5s;', 10_000],
    ['?timeout=1e1s', 10_000],
    ['?timeout=constructor', 10_000],
    [`?timeout=${'9'.repeat(5_000)}s`, 10_000],
    ['?timeouts=5s', 10_000],
  ]

  for (const [query] of expected) await webhook.send(`/validate${query}`)

  assert.deepEqual(
    calls.map(({ deadline }) => Math.round(deadline - 1_000)),
    expected.map(([, timeout]) => timeout * 0.9),
  )
})

test('application/json in UTF-8 is accepted in every spelling of the contract', async (t) => {
  const webhook = await startWebhook(t)
  const spellings = [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset=utf-8',
    'application/json; charset=UTF-8',
  ]

  for (const spelling of spellings) {
    assert.equal((await webhook.send('/validate', { headers: { 'content-type': spelling } })).status, 200, spelling)
  }
})

test('identity is no encoding', async (t) => {
  const webhook = await startWebhook(t)
  const headers = { 'content-type': 'application/json', 'content-encoding': 'Identity' }

  assert.equal((await webhook.send('/validate', { headers })).status, 200)
})

test('no request, wrong kind or version: 400 with the fixed text of admission', async (t) => {
  const reason = 'the body must be an AdmissionReview of admission.k8s.io/v1'
  const webhook = await startWebhook(t, { answer: () => ({ kind: 'malformed', reason }) })

  const answer = await webhook.send('/validate', { body: '{"kind":"Pod","secret":"c2VjcmV0"}' })

  assert.equal(answer.status, 400)
  assert.deepEqual(JSON.parse(answer.body), { error: reason })
  assert.deepEqual(webhook.turnedAway, ['malformed'])
})

test('an admission that breaks its contract is answered with 500 and nothing of the exception', async (t) => {
  const failures = [
    () => {
      throw new Error('c2VjcmV0')
    },
    () => Promise.reject(new Error('c2VjcmV0')),
  ]
  for (const answer of failures) {
    const webhook = await startWebhook(t, { answer })

    const { status, body } = await webhook.send('/validate')

    assert.equal(status, 500)
    assert.deepEqual(JSON.parse(body), { error: 'internal error' })
    assert.equal(webhook.faults.length, 1)
    assert.equal(webhook.traffic.inFlight(), 0)
  }
})

test('a caller that hangs up gives its place back', async (t) => {
  const held = heldAdmission()
  const webhook = await startWebhook(t, { answer: held.answer })
  const whileSending = await openConnection(t, webhook)
  const whileWaiting = await openConnection(t, webhook)

  whileSending.write(`${reviewHead({ 'content-length': '10' })}{`)
  whileWaiting.write(`${reviewHead({ 'content-length': '2' })}{}`)
  await eventually(() => webhook.traffic.inFlight() === 2 && held.calls.length === 1)
  whileSending.socket.destroy()
  whileWaiting.socket.destroy()
  await eventually(() => webhook.traffic.inFlight() === 1)
  held.release()

  await eventually(() => webhook.traffic.inFlight() === 0)
  assert.equal(held.calls.length, 1)
  assert.deepEqual(webhook.turnedAway, [])
})

function remember(calls: Call[]) {
  return (_body: Buffer, call: Call) => {
    calls.push(call)
    return allowed
  }
}
