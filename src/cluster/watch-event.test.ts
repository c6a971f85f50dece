import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ApiError } from './api-error.ts'
import { readWatchEvent } from './watch-event.ts'

const metadata = { name: 'tenant-a', uid: 'u1', resourceVersion: '7' }

function lineOf(type: unknown, object: unknown): string {
  return JSON.stringify({ type, object })
}

describe('watch event', () => {
  for (const [type, kind] of [
    ['ADDED', 'put'],
    ['MODIFIED', 'put'],
    ['DELETED', 'gone'],
  ] as const) {
    it(`${type} carries a namespace, with or without labels`, () => {
      const event = readWatchEvent(lineOf(type, { metadata }))
      const labelled = readWatchEvent(lineOf(type, { metadata: { ...metadata, labels: { host: 'a.org' } } }))

      assert.deepEqual(event, {
        kind,
        fact: { namespace: { name: 'tenant-a', labels: {}, terminating: false }, uid: 'u1', resourceVersion: '7' },
      })
      assert.deepEqual(labelled.kind === kind && labelled.fact.namespace.labels, { host: 'a.org' })
    })
  }

  it('BOOKMARK carries a version', () => {
    assert.deepEqual(readWatchEvent(lineOf('BOOKMARK', { metadata: { resourceVersion: '9' } })), {
      kind: 'bookmark',
      resourceVersion: '9',
    })
  })

  it('of a type yet to be invented is let through', () => {
    assert.deepEqual(readWatchEvent(lineOf('RENAMED', null)), { kind: 'unknown' })
  })

  const faults: readonly (readonly [name: string, line: string, fault: string, retryAfterMs?: number])[] = [
    ['no JSON', '{', 'malformed'],
    ['null', 'null', 'malformed'],
    ['text', '"ADDED"', 'malformed'],
    ['without type', lineOf(undefined, { metadata }), 'malformed'],
    ['with a number as type', lineOf(1, { metadata }), 'malformed'],
    ['without object', lineOf('ADDED', undefined), 'malformed'],
    ['without a name', lineOf('ADDED', { metadata: { resourceVersion: '1' } }), 'malformed'],
    ['without a version', lineOf('ADDED', { metadata: { name: 'a' } }), 'malformed'],
    ['with labels that are a list', lineOf('ADDED', { metadata: { ...metadata, labels: [] } }), 'malformed'],
    ['with a label that is null', lineOf('ADDED', { metadata: { ...metadata, labels: { host: null } } }), 'malformed'],
    ['a bookmark without version', lineOf('BOOKMARK', { metadata: {} }), 'malformed'],
    ['an error 410', lineOf('ERROR', { code: 410 }), 'gone'],
    ['an error that is called Expired', lineOf('ERROR', { reason: 'Expired' }), 'gone'],
    ['an error that is called Gone', lineOf('ERROR', { reason: 'Gone' }), 'gone'],
    ['another error', lineOf('ERROR', { code: 500 }), 'server-error'],
    ['an error with nothing in it', lineOf('ERROR', null), 'server-error'],
    [
      'an error that names a time',
      lineOf('ERROR', { code: 429, details: { retryAfterSeconds: 3 } }),
      'server-error',
      3_000,
    ],
  ]
  for (const [name, line, fault, retryAfterMs] of faults) {
    it(`ends the watch if it is ${name}`, () => {
      assert.throws(
        () => readWatchEvent(line),
        (error) => error instanceof ApiError && error.fault === fault && error.details.retryAfterMs === retryAfterMs,
      )
    })
  }

  it('never throws anything but an API error, whatever the JSON', () => {
    const type = fc.constantFrom('ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR', 'OTHER')
    fc.assert(
      fc.property(type, fc.jsonValue(), (kind, object) => {
        try {
          readWatchEvent(lineOf(kind, object))
        } catch (error) {
          assert.ok(error instanceof ApiError)
        }
      }),
    )
  })
})
