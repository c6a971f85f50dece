import assert from 'node:assert/strict'
import { test } from 'node:test'

import { remember } from './memo.ts'

test('a text is read once while it is among the last ones', () => {
  const read: string[] = []
  const length = remember((text) => {
    read.push(text)
    return text.length
  }, 2)

  const values = ['a', 'bb', 'a', 'bb', 'ccc', 'bb', 'a'].map(length)

  assert.deepEqual(values, [1, 2, 1, 2, 3, 2, 1])
  assert.deepEqual(read, ['a', 'bb', 'ccc', 'a'])
})

test('a reader that throws leaves nothing behind', () => {
  let calls = 0
  const fail = remember(() => {
    calls++
    throw new Error('unreadable')
  }, 2)

  assert.throws(() => fail('a'))
  assert.throws(() => fail('a'))
  assert.equal(calls, 2)
})
