/** values.yaml and the README made of it: every value says what it is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listChartValues } from '../../scripts/generated/chart-values.ts'
import { readChart } from './render.ts'

const values = listChartValues(readChart('values.yaml'))

test('every value and every block has a sentence above it', () => {
  const silent = values.filter(({ comment }) => !/[.:;]$/.test(comment) || comment.length < 5)

  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  )
  assert.ok(values.length > 90)
})

test('comments and defaults stay with their values', () => {
  const text = `# About the file.

# First of all.
a: 1
# A block.
b:
  # Its first.
  c: {d: x}
  # Its second,
  # on two lines.
  e: []
f: true
`

  assert.deepEqual(listChartValues(text), [
    { path: 'a', fallback: 1, comment: 'First of all.' },
    { path: 'b', fallback: undefined, comment: 'A block.' },
    { path: 'b.c', fallback: { d: 'x' }, comment: 'Its first.' },
    { path: 'b.e', fallback: [], comment: 'Its second, on two lines.' },
    { path: 'f', fallback: true, comment: '' },
  ])
})

test('the page of the chart has a row for every value', () => {
  const page = readChart('README.md')

  for (const { path, comment } of values) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${path}\` |`))
    assert.ok(row?.endsWith(` | ${comment.replaceAll('|', '\\|')} |`), path)
  }
})
