import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { makeTemporaryFolder } from '../../test/support/temporary-folder.ts'
import type { Namespace } from '../tenancy/tenancy.ts'
import { readSnapshot, writeSnapshot } from './snapshot.ts'

const agreedAt = Date.UTC(2030, 0, 1)
const alice: Namespace = { name: 'tenant-alice', labels: { host: 'alice.org' }, terminating: false }

describe('snapshot', () => {
  it('comes back as it was written', async (t) => {
    const file = join(await makeTemporaryFolder(t), 'namespaces.json')
    const namespace = fc.record({
      name: fc.string({ minLength: 1 }),
      labels: fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.string()),
      terminating: fc.boolean(),
    })

    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(namespace, { selector: ({ name }) => name }), async (namespaces) => {
        await writeSnapshot(file, agreedAt, namespaces)
        const found = await readSnapshot(file)

        assert.ok(typeof found === 'object')
        assert.equal(found.agreedAt, agreedAt)
        assert.deepEqual(byName(found.namespaces), byName(namespaces))
      }),
      { numRuns: 50 },
    )
  })

  it('comes back when it took many pieces to write', async (t) => {
    const file = join(await makeTemporaryFolder(t), 'namespaces.json')
    const namespaces = Array.from({ length: 1_500 }, (_, at) => ({ ...alice, name: `tenant-${at}` }))

    await writeSnapshot(file, agreedAt, namespaces)
    const found = await readSnapshot(file)

    assert.ok(typeof found === 'object')
    assert.deepEqual(found.namespaces, namespaces)
  })

  it('is for the eyes of its owner, and leaves no other file behind', async (t) => {
    const folder = await makeTemporaryFolder(t)
    const file = join(folder, 'namespaces.json')

    await writeSnapshot(file, agreedAt, [alice])
    const { mode } = await stat(file)

    assert.equal(mode & 0o777, 0o600)
    assert.deepEqual(await readdir(folder), ['namespaces.json'])
  })

  it('leaves the old one in place when the new one cannot be written to its end', async (t) => {
    const folder = await makeTemporaryFolder(t)
    const file = join(folder, 'namespaces.json')
    await writeSnapshot(file, agreedAt, [alice])
    const before = await readFile(file, 'utf8')
    function* broken(): Generator<Namespace> {
      for (let at = 0; at < 600; at++) yield { ...alice, name: `tenant-${at}` }
      throw new Error('broken off')
    }

    await assert.rejects(writeSnapshot(file, agreedAt, broken()), /broken off/)

    assert.equal(await readFile(file, 'utf8'), before)
    assert.deepEqual(await readdir(folder), ['namespaces.json'])
  })

  it('is absent where there is no file, and unreadable where there is a folder', async (t) => {
    const folder = await makeTemporaryFolder(t)
    await mkdir(join(folder, 'other'))

    assert.equal(await readSnapshot(join(folder, 'none.json')), 'absent')
    assert.equal(await readSnapshot(join(folder, 'other')), 'unreadable')
  })

  const good = { format: 'gatehouse.dev/namespaces/v1', agreedAt: '2030-01-01T00:00:00.000Z' }
  const texts: readonly (readonly [name: string, text: string, fault: string])[] = [
    ['empty', '', 'unreadable'],
    ['cut off', JSON.stringify({ ...good, namespaces: {} }).slice(0, -1), 'unreadable'],
    ['of another program', '{"namespaces":{}}', 'alien'],
    ['of another version', JSON.stringify({ ...good, format: 'gatehouse.dev/namespaces/v2', namespaces: {} }), 'alien'],
    ['null', 'null', 'alien'],
    ['a list', '[]', 'alien'],
    ['without namespaces', JSON.stringify(good), 'alien'],
    ['with a list of namespaces', JSON.stringify({ ...good, namespaces: [] }), 'alien'],
    ['without a time', JSON.stringify({ format: good.format, namespaces: {} }), 'alien'],
    ['with a time that is none', JSON.stringify({ ...good, agreedAt: 'noon', namespaces: {} }), 'alien'],
    ['with an entry that is null', JSON.stringify({ ...good, namespaces: { a: null } }), 'alien'],
    ['with an entry that lacks a field', JSON.stringify({ ...good, namespaces: { a: { labels: {} } } }), 'alien'],
    [
      'with a label that is no text',
      JSON.stringify({ ...good, namespaces: { a: { labels: { host: 1 }, terminating: false } } }),
      'alien',
    ],
  ]
  for (const [name, text, fault] of texts) {
    it(`is not used if it is ${name}`, async (t) => {
      const file = join(await makeTemporaryFolder(t), 'namespaces.json')
      await writeFile(file, text)

      assert.equal(await readSnapshot(file), fault)
    })
  }
})

// Names that look like numbers come first in a JSON object, and order means nothing here.
function byName(namespaces: readonly Namespace[]): Namespace[] {
  return namespaces
    .map((namespace) => ({ ...namespace, labels: { ...namespace.labels } }))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
