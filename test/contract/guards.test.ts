/** What people forget of a guard: a piece of its folder, a case for a kind, a place in the lists and on the page. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

import { guards } from '../../src/guards/index.ts'
import { guardIds, resources, type ResourceRow } from '../../src/guards/resources.ts'
import { mutators } from '../../src/mutators/index.ts'
import { mutatorIds } from '../../src/mutators/mutator.ts'
import { loadCases, type Case } from '../support/cases.ts'

const src = new URL('../../src/', import.meta.url)
const page = readFileSync(new URL('../../docs/guards.md', import.meta.url), 'utf8')
const cases = guardIds
  .map((id) => new URL(`guards/${id}/cases.yaml`, src))
  .filter((file) => existsSync(file))
  .flatMap((file) => loadCases(file).cases)

const kinds = [
  { plural: 'guards', ids: guardIds, rules: guards, pieces: ['README.md', 'cases.yaml', 'guard.test.ts', 'guard.ts'] },
  { plural: 'mutators', ids: mutatorIds, rules: mutators, pieces: ['README.md', 'mutator.test.ts', 'mutator.ts'] },
]

for (const { plural, ids, rules, pieces } of kinds) {
  test(`every folder of ${plural} has its pieces, and every id its folder`, () => {
    const folders = readdirSync(new URL(plural, src), { withFileTypes: true })
    const names = folders.filter((entry) => entry.isDirectory() && !entry.name.startsWith('_')).map(({ name }) => name)

    const missing = names
      .flatMap((name) => pieces.map((piece) => `${plural}/${name}/${piece}`))
      .filter((piece) => !existsSync(new URL(piece, src)))

    assert.deepEqual(missing, [])
    assert.deepEqual(names.toSorted(), [...ids])
  })

  test(`the list of ${plural} is sorted and knows each by its own id`, () => {
    const listed = Object.entries(rules)

    assert.deepEqual(
      listed.map(([id]) => id),
      [...ids].toSorted(),
    )
    assert.deepEqual(
      listed.filter(([id, rule]) => rule.id !== id),
      [],
    )
  })

  test(`the page has a chapter for each of the ${plural}`, () => {
    const absent = ids.filter((id) => !page.includes(`\n### ${id}\n`))

    assert.deepEqual(absent, [])
  })
}

test('every guard has a row in the table', () => {
  const used = new Set(resources.map(({ guard }) => guard))

  assert.deepEqual([...used].toSorted(), [...guardIds])
})

test('every version in the table has a write that is allowed and one that is denied', () => {
  const gaps = resources.flatMap((row) => {
    const writes = cases.filter((example) => isOf(row, example) && isWriteOfObject(example))
    return row.versions.flatMap((version) => {
      const own = version === '*' ? writes : writes.filter(({ resource }) => resource.version === version)
      return [true, false]
        .filter((allowed) => !own.some(({ expect }) => expect.allowed === allowed))
        .map((allowed) => `${row.kind} ${version}: ${allowed ? 'allowed' : 'denied'}`)
    })
  })

  assert.deepEqual(gaps, [])
})

test('every operation that is judged has a case that is allowed and one that is denied, by guard', () => {
  const wanted = new Set(resources.flatMap(({ guard, operations }) => operations.map((name) => `${guard} ${name}`)))
  const gaps = [...wanted].flatMap((name) => {
    const [guard, operation] = name.split(' ')
    const rows = resources.filter((row) => row.guard === guard)
    const own = cases.filter((example) => example.operation === operation && rows.some((row) => isOf(row, example)))
    return [true, false]
      .filter((allowed) => !own.some(({ expect }) => expect.allowed === allowed))
      .map((allowed) => `${name}: ${allowed ? 'allowed' : 'denied'}`)
  })

  assert.deepEqual(gaps, [])
})

test('ids of cases are unique over all guards', () => {
  const twice = [...Map.groupBy(cases, ({ id }) => id)].filter(([, own]) => own.length > 1).map(([id]) => id)

  assert.deepEqual(twice, [])
})

test('every origin is a word for life and stands on the page', () => {
  const origins = Object.values(guards).flatMap(({ id, origins: own }) =>
    Object.keys(own).map((name) => `${id}/${name}`),
  )

  assert.deepEqual(
    origins.filter((origin) => !/^[a-z-]+\/[a-z0-9-]+$/.test(origin)),
    [],
  )
  assert.deepEqual(
    origins.filter((origin) => !page.includes(`\`${origin}\``)),
    [],
  )
})

function isOf(row: ResourceRow, { resource }: Case): boolean {
  return resource.group === row.group && resource.resource === row.resource
}

// The table lets nearly every deletion and status pass, whatever the version.
function isWriteOfObject({ operation, subResource = '' }: Case): boolean {
  return operation !== 'DELETE' && subResource === ''
}
