import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import type { Json } from '../guards/guard.ts'
import { maxNesting } from './json-scan.ts'
import { nestsTooDeep } from './nesting.ts'

const nested = (depth: number, open = '[', close = ']'): Buffer => Buffer.from(open.repeat(depth) + close.repeat(depth))

test('500 levels are read and 501 are not, in lists and in objects', () => {
  assert.equal(nestsTooDeep(nested(maxNesting)), false)
  assert.equal(nestsTooDeep(nested(maxNesting + 1)), true)
  assert.equal(nestsTooDeep(nested(maxNesting, '{"a":[', ']}')), true)
  assert.equal(nestsTooDeep(nested(maxNesting / 2, '{"a":[', ']}')), false)
})

test('brackets inside strings do not count, however they are escaped', () => {
  const text = JSON.stringify({ a: '['.repeat(2000), b: '\\"[['.repeat(600), c: '\\'.repeat(7), d: ']'.repeat(2000) })

  assert.equal(nestsTooDeep(Buffer.from(text)), false)
  assert.equal(nestsTooDeep(Buffer.from(`${text.slice(0, -1)},"e":${nested(maxNesting).toString()}}`)), true)
})

test('a string of any length ends at its closing quote mark', () => {
  for (let length = 0; length < 120; length++) {
    for (const tail of ['"', '\\', '\\"', '\\\\"', '"\\']) {
      const text = JSON.stringify(`${'x'.repeat(length)}${tail}${'['.repeat(maxNesting + 1)}${tail}`)
      const deep = '['.repeat(maxNesting) + ']'.repeat(maxNesting)

      assert.equal(nestsTooDeep(Buffer.from(text)), false, text)
      assert.equal(nestsTooDeep(Buffer.from(`[${text},${deep}]`)), true, text)
    }
  }
})

test('closing brackets inside strings do not hide depth', () => {
  const text = '["]]]]",'.repeat(maxNesting + 1) + '1' + ']'.repeat(maxNesting + 1)

  assert.equal(nestsTooDeep(Buffer.from(text)), true)
})

test('a body of 100,000 levels and one that never ends its string are answered', () => {
  assert.equal(nestsTooDeep(nested(100_000)), true)
  assert.equal(nestsTooDeep(Buffer.from(`"${'['.repeat(100_000)}`)), false)
})

test('the answer is the depth of what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.integer({ min: 490, max: 505 }), (text, wrappers) => {
      const body = '['.repeat(wrappers) + text + ']'.repeat(wrappers)

      assert.equal(nestsTooDeep(Buffer.from(body)), wrappers + depthOf(JSON.parse(text)) > maxNesting)
    }),
  )
})

function depthOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
