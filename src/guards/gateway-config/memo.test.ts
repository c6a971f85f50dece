import assert from 'node:assert/strict'
import { test } from 'node:test'

import { remember } from './memo.ts'

const limits = { size: 2, maxWeight: 10, weigh: () => 1 }

test('a text is read once while it is among the last ones', () => {
  const read: string[] = []
  const length = remember((text) => {
    read.push(text)
    return text.length
  }, limits)

  const values = ['a', 'bb', 'a', 'bb', 'ccc', 'bb', 'a'].map(length)

  assert.deepEqual(values, [1, 2, 1, 2, 3, 2, 1])
  assert.deepEqual(read, ['a', 'bb', 'ccc', 'a'])
})

test('a reader that throws leaves nothing behind', () => {
  let calls = 0
  const fail = remember(() => {
    calls++
    throw new Error('unreadable')
  }, limits)

  assert.throws(() => fail('a'))
  assert.throws(() => fail('a'))
  assert.equal(calls, 2)
})

test('texts are kept up to a weight, and of one that is heavier nothing beside it', () => {
  const read: string[] = []
  const length = remember(
    (text) => {
      read.push(text)
      return text.length
    },
    { size: 9, maxWeight: 4, weigh: (value) => value },
  )

  for (const text of ['a', 'bb', 'c', 'a', 'bb', 'dd', 'a', 'eeeee', 'eeeee', 'a']) {
    length(text)
  }

  assert.deepEqual(read, ['a', 'bb', 'c', 'dd', 'a', 'eeeee', 'a'])
})
