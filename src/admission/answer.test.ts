import assert from 'node:assert/strict'
import { test } from 'node:test'

import { forEveryGuard } from '../guards/resources.ts'
import { createKnownNamespaces } from '../../test/support/known-namespaces.ts'
import { createReview, type ReviewParts } from '../../test/support/review.ts'
import { guards } from '../guards/index.ts'
import type { JsonObject } from '../guards/guard.ts'
import { Settings } from '../tenancy/settings.ts'
import type { Call, Outcome } from './admission.ts'
import { createAdmission } from './answer.ts'
import type { ConfiguredMutator } from './mutate.ts'
import type { Recorder } from './ports.ts'

const settings = Settings.parse({ rootHost: 'example.org' })
const namespaces = createKnownNamespaces({ 'tenant-alice': { [settings.hostLabel]: 'alice.example.org' } }, settings)
const validate: Call = { endpoint: 'validate', family: undefined, deadline: 1000, enter: () => true }
const mutate: Call = { ...validate, endpoint: 'mutate' }

const filler: ConfiguredMutator = {
  id: 'default-route-hostname',
  resources: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', resource: 'httproutes', versions: ['v1'] }],
  patch: () => [{ op: 'add', path: '/spec/hostnames', value: ['shop.alice.example.org'] }],
}

function admit(body: Buffer | ReviewParts, call: Call = validate, mutators: readonly ConfiguredMutator[] = [filler]) {
  const records: Record<keyof Recorder, unknown[]> = { review: [], violation: [], denied: [], fault: [] }
  const { answer } = createAdmission({
    guards,
    namespaces,
    policy: () => ({ settings, modes: forEveryGuard(() => 'enforce'), mutators }),
    now: () => 0,
    recorder: {
      review: (record) => records.review.push(record),
      violation: (...labels) => records.violation.push(labels),
      denied: (record) => records.denied.push(record),
      fault: (where) => records.fault.push(where),
    },
  })
  const outcome = answer(Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(createReview(body))), call)
  assert.ok(!(outcome instanceof Promise))
  return { outcome, records }
}

function responseOf(outcome: Outcome): JsonObject {
  if (outcome.kind !== 'answered') assert.fail(outcome.kind)
  const review = JSON.parse(outcome.body)
  assert.equal(review.apiVersion, 'admission.k8s.io/v1')
  assert.equal(review.kind, 'AdmissionReview')
  return review.response
}

const uid = '3f0b8f4e-0000-4000-8000-000000000001'
const kind = 'HTTPRoute'
const own = { kind, object: { spec: { hostnames: ['x.alice.example.org'] } } }
const foreign = { kind, object: { spec: { hostnames: ['x.bob.example.org'] } } }
const malformed = { kind, object: { spec: { hostnames: ['a..b'] } } }

test('an allowed review is answered with its uid and nothing that could be a patch', () => {
  const { outcome, records } = admit(own)

  assert.deepEqual(responseOf(outcome), { uid, allowed: true, auditAnnotations: { decision: 'allowed' } })
  assert.deepEqual(records.review, [
    { family: 'route-hostname', operation: 'CREATE', decision: 'allowed', dryRun: false, seconds: 0 },
  ])
  assert.deepEqual(records.denied, [])
})

test('a refusal is 403 Forbidden with causes for machines, counted by origin and logged once', () => {
  const { outcome, records } = admit(foreign)

  const { status, ...rest } = responseOf(outcome)
  assert.deepEqual(rest, {
    uid,
    allowed: false,
    auditAnnotations: { decision: 'denied', violations: 'route-hostname/outside-apex' },
  })
  const { message, ...coded } = status as { message: string }
  assert.match(message, /^spec\.hostnames\[0\]: Forbidden: /)
  assert.deepEqual(coded, {
    code: 403,
    reason: 'Forbidden',
    details: { causes: [{ field: 'spec.hostnames[0]', reason: 'Forbidden', message: 'route-hostname/outside-apex' }] },
  })
  assert.deepEqual(records.violation, [['route-hostname/outside-apex', 'deny']])
  assert.equal(records.denied.length, 1)
})

test('a malformed value is 422 Invalid without details, which would hide the message', () => {
  const { status } = responseOf(admit(malformed).outcome)

  assert.deepEqual(Object.keys(status as object).toSorted(), ['code', 'message', 'reason'])
  assert.partialDeepStrictEqual(status, { code: 422, reason: 'Invalid' })
})

test('a warning rides on the allowed answer', () => {
  const response = responseOf(admit({ ...foreign, oldObject: foreign.object }).outcome)

  assert.equal(response['allowed'], true)
  assert.equal((response['warnings'] as string[]).length, 1)
  assert.partialDeepStrictEqual(response['auditAnnotations'], { decision: 'warned' })
})

test('a dry run gets the same verdict and counts no violation', () => {
  const { outcome, records } = admit({ ...foreign, dryRun: true })

  assert.equal(responseOf(outcome)['allowed'], false)
  assert.deepEqual(records.violation, [])
  assert.partialDeepStrictEqual(records.review[0], { dryRun: true, decision: 'denied' })
})

test('what is no review is malformed in fixed words and counts as none', () => {
  const { outcome, records } = admit(Buffer.from('{"kind":"<script>"}'))

  assert.deepEqual(outcome, { kind: 'malformed', reason: 'the body is no AdmissionReview' })
  assert.deepEqual(records.review, [])
})

test('the family of the path names the metric, else the guard that matched', () => {
  const record = admit(own, { ...validate, family: 'gateway-hostname' }).records.review[0]

  assert.partialDeepStrictEqual(record, { family: 'gateway-hostname' })
})

test('a mutator patches what is created, in base64', () => {
  const response = responseOf(admit({ kind, object: { spec: {} } }, mutate).outcome)

  const { patch } = response
  assert.partialDeepStrictEqual(response, { uid, allowed: true, patchType: 'JSONPatch' })
  assert.ok(typeof patch === 'string')
  assert.deepEqual(JSON.parse(Buffer.from(patch, 'base64').toString()), filler.patch({} as never))
})

const unpatched: readonly [string, ReviewParts, Call, readonly ConfiguredMutator[]][] = [
  ['an update', { ...own, oldObject: own.object }, mutate, [filler]],
  ['a deletion', { kind, object: null, oldObject: {}, operation: 'DELETE' }, mutate, [filler]],
  ['a sub-resource', { ...own, subResource: 'status' }, mutate, [filler]],
  ['another kind', { kind: 'Ingress', object: {} }, mutate, [filler]],
  ['the path of another mutator', own, { ...mutate, family: 'default-listener-hostname' }, [filler]],
  ['a mutator that is switched off', own, mutate, []],
]
for (const [what, request, call, mutators] of unpatched) {
  test(`${what} is not patched`, () => {
    assert.deepEqual(responseOf(admit(request, call, mutators).outcome), { uid, allowed: true })
  })
}

test('a kind and a resource that do not belong together are malformed on both paths', () => {
  const strange = { ...own, gvk: { group: '', version: 'v1', kind: 'Pod' } }

  for (const call of [validate, mutate]) assert.equal(admit(strange, call).outcome.kind, 'malformed')
})

test('a mutator that throws patches nothing and is reported', () => {
  const broken = {
    ...filler,
    patch: () => {
      throw new Error('our bug')
    },
  }

  const { outcome, records } = admit(own, mutate, [broken])

  assert.deepEqual(responseOf(outcome), { uid, allowed: true })
  assert.deepEqual(records.fault, ['default-route-hostname'])
})
