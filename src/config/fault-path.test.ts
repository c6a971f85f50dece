import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { comparePaths, formatPath, isAtOrBelow } from './fault-path.ts'

const arbitraryPath = fc.array(fc.oneof(fc.string(), fc.nat()))

test('a path reads as it would be written, with odd keys in quotes', () => {
  assert.equal(formatPath([]), '')
  assert.equal(formatPath(['guards', 'route-hostname', 'mode']), 'guards.route-hostname.mode')
  assert.equal(formatPath(['settings', 'trustedUsers', 1]), 'settings.trustedUsers[1]')
  assert.equal(formatPath(['a.b', '', '\u001b[31m']), '["a.b"][""]["\\u001b[31m"]')
})

test('a path is one printable line, whatever the keys are', () => {
  fc.assert(fc.property(arbitraryPath, (path) => /^[\x20-\x7e]*$/.test(formatPath(path))))
})

test('positions in lists are ordered as numbers', () => {
  const paths = [['b'], ['a', 10], ['a', 2], ['a'], ['a', 2, 'x']]

  assert.deepEqual(paths.toSorted(comparePaths), [['a'], ['a', 2], ['a', 2, 'x'], ['a', 10], ['b']])
})

test('a path lies at or below each of its beginnings and nowhere else', () => {
  fc.assert(fc.property(arbitraryPath, arbitraryPath, (path, rest) => isAtOrBelow([...path, ...rest], path)))
  assert.equal(isAtOrBelow(['a'], ['a', 'b']), false)
  assert.equal(isAtOrBelow(['a', 'c'], ['a', 'b']), false)
})
