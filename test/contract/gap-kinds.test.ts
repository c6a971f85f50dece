import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { gapKinds } from '../../src/coverage/gap.ts'

test('the page on trouble explains every kind of coverage gap, and no other', () => {
  const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')
  const [, section = ''] = page.split(/^## A coverage gap$/m)
  const [, table = ''] = section.split('| `kind` |')
  const [rows = ''] = table.split('\n\n')

  const kinds = rows.split('\n').flatMap((row) => (row.split('|')[1] ?? '').match(/(?<=`)[a-z-]+(?=`)/g) ?? [])

  assert.deepEqual(kinds.toSorted(), gapKinds.toSorted())
})
