import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { createReview } from '../../test/support/review.ts'
import type { Json } from '../guards/guard.ts'
import { decodeReview } from './review.ts'

const valid = createReview({ kind: 'HTTPRoute', object: { spec: {} } })

function decodeWith(
  change: Record<string, unknown>,
  top: Record<string, unknown> = {},
): ReturnType<typeof decodeReview> {
  const request: Json = { ...(valid['request'] as object), ...change } as never
  return decodeReview(Buffer.from(JSON.stringify({ ...valid, request, ...top })))
}

test('a review of the API server is read as it stands', () => {
  const review = decodeReview(Buffer.from(JSON.stringify(valid)))

  assert.deepEqual(review, {
    uid: '3f0b8f4e-0000-4000-8000-000000000001',
    kind: { group: 'gateway.networking.k8s.io', version: 'v1', kind: 'HTTPRoute' },
    resource: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'httproutes' },
    subResource: '',
    operation: 'CREATE',
    namespace: 'tenant-alice',
    name: 'shop',
    caller: { username: 'alice', groups: ['system:authenticated'] },
    object: { spec: {} },
    oldObject: null,
    dryRun: false,
  })
})

const malformed: readonly [string, Record<string, unknown>, Record<string, unknown>?][] = [
  ['no request', {}, { request: null }],
  ['another kind', {}, { kind: 'ConversionReview' }],
  ['version v1beta1', {}, { apiVersion: 'admission.k8s.io/v1beta1' }],
  ['a uid that is missing', { uid: undefined }],
  ['an empty uid', { uid: '' }],
  ['a uid of 257 characters', { uid: 'u'.repeat(257) }],
  ['a uid that is no text', { uid: 7 }],
  ['no kind', { kind: null }],
  ['a resource without a version', { resource: { group: '', resource: 'configmaps' } }],
  ['no operation', { operation: '' }],
  ['groups that are one text', { userInfo: { username: 'x', groups: 'system:masters' } }],
  ['groups with a number among them', { userInfo: { username: 'x', groups: ['system:masters', 7] } }],
  ['a namespace that is no text', { namespace: ['tenant-alice'] }],
  ['an object that is a list', { object: [] }],
  ['an old object that is a text', { oldObject: 'x' }],
  ['a CREATE without an object', { object: null }],
]
for (const [what, change, top] of malformed) {
  test(`a review with ${what} is malformed, in fixed words`, () => {
    const answer = decodeWith(change, top)

    assert.ok('malformed' in answer)
    assert.match(answer.malformed, /^[a-zA-Z0-9 ,./]+$/)
  })
}

test('a caller without groups is in none', () => {
  const review = decodeWith({ userInfo: { username: 'x' } })

  assert.ok('caller' in review)
  assert.deepEqual(review.caller, { username: 'x', groups: [] })
})

test('bad bytes, broken JSON and numbers beyond every range raise no exception', () => {
  for (const body of [Buffer.from([0xff, 0xfe, 0x7b]), Buffer.from('{'), Buffer.alloc(0), Buffer.from('\ufeff{}')]) {
    assert.ok('malformed' in decodeReview(body))
  }
  const text = JSON.stringify(valid).replace(
    '"spec":{}',
    '"spec":{"a":1e999,"b":-0,"c":9223372036854775808,"d":"\\ud800"}',
  )
  assert.ok('uid' in decodeReview(Buffer.from(text)))
})

test('a key like __proto__ pollutes nothing', () => {
  const text = JSON.stringify(valid).replace(
    '"spec":{}',
    '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}',
  )

  const review = decodeReview(Buffer.from(text))

  assert.ok('uid' in review)
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  assert.equal(('polluted' in {}) satisfies boolean, false)
})

test('any bytes are either a review or malformed', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const answer = decodeReview(Buffer.from(bytes))

        assert.ok('malformed' in answer || 'uid' in answer)
      },
    ),
  )
})

test('of a large review what no guard reads is left out, but nothing of an object that is being deleted', () => {
  const matches = ['x'.repeat(20_000)]
  const spec = { rules: [{ matches }] }
  const read = (metadata: Json): Json | undefined => {
    const review = decodeWith({ object: { metadata, spec } })
    return 'malformed' in review ? undefined : review.object?.['spec']
  }

  assert.deepEqual(read({ name: 'shop' }), { rules: [{ matches: 0 }] })
  assert.deepEqual(read({ name: 'shop', deletionTimestamp: '2026-09-01T10:00:00Z' }), spec)
})
