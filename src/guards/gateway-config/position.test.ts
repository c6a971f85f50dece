import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createLocator } from './position.ts'

test('lines and columns count from 1, and a line end belongs to its line', () => {
  const locate = createLocator('ab\r\n\ncd')

  assert.deepEqual(
    [0, 2, 3, 4, 5, 6, 7].map((offset) => locate(offset)),
    [
      'line 1, column 1',
      'line 1, column 3',
      'line 1, column 4',
      'line 2, column 1',
      'line 3, column 1',
      'line 3, column 2',
      'line 3, column 3',
    ],
  )
})

test('an empty text has a first line', () => {
  assert.equal(createLocator('')(0), 'line 1, column 1')
})
