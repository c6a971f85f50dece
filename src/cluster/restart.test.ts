import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createClusterUnderTest } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { makeTemporaryFolder } from '../../test/support/temporary-folder.ts'
import { writeSnapshot } from './snapshot.ts'

const today = Date.UTC(2030, 0, 1)
const hour = 3_600_000
const alice = { name: 'tenant-alice', labels: { host: 'alice.org' }, terminating: true }

describe('cluster namespaces, started from a snapshot', () => {
  const ages: readonly (readonly [name: string, age: number, complete: boolean, ageSeconds: number])[] = [
    ['a young snapshot', 60_000, true, 60],
    ['a snapshot as old as allowed', hour, true, 3_600],
    ['a snapshot too old', hour + 1, false, 3_600.001],
    ['a snapshot from just ahead of a clock', -1_000, true, 0],
    ['a snapshot from tomorrow', -24 * hour, false, Infinity],
  ]
  for (const [name, age, complete, ageSeconds] of ages) {
    it(`knows namespaces without an API server, and is ${complete ? '' : 'not '}complete with ${name}`, async (t) => {
      const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
      await writeSnapshot(snapshot, today - age, [alice])
      const clock = createFakeClock(today)
      const { api, source } = await createClusterUnderTest(t, { clock, snapshot })
      api.misbehave('list', () => undefined)

      await source.start()
      const status = source.status()

      assert.deepEqual(source.get('tenant-alice'), alice)
      assert.equal(source.apexes.ownerOf('x.alice.org')?.apex, 'alice.org')
      assert.equal(source.apexes.complete, complete)
      assert.deepEqual(
        { ready: status.ready, source: status.source, ageSeconds: status.ageSeconds, connected: status.connected },
        { ready: true, source: 'snapshot', ageSeconds, connected: false },
      )
    })
  }

  it('stops being complete when the snapshot grows too old', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
    await writeSnapshot(snapshot, today - hour + 5_000, [alice])
    const clock = createFakeClock(today)
    const { api, source } = await createClusterUnderTest(t, { clock, snapshot })
    api.misbehave('list', () => undefined)
    await source.start()

    const before = source.apexes.complete
    clock.advance(5_001)

    assert.equal(before, true)
    assert.equal(source.apexes.complete, false)
    assert.equal(source.status().ready, true)
    assert.equal(source.get('tenant-alice')?.name, 'tenant-alice')
  })

  it('has the list replace the snapshot', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
    await writeSnapshot(snapshot, today - 2 * hour, [alice])
    const clock = createFakeClock(today)
    const namespaces = { 'tenant-bob': { host: 'bob.org' } }
    const { source } = await createClusterUnderTest(t, { clock, snapshot }, { namespaces })

    await source.start()
    await eventually(() => source.status().source === 'list')

    assert.equal(source.get('tenant-alice'), undefined)
    assert.equal(source.get('tenant-bob')?.name, 'tenant-bob')
    assert.equal(source.apexes.complete, true)
    assert.equal(source.status().ageSeconds, 0)
  })

  it('reports an alien snapshot and goes on without it', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
    await writeFile(snapshot, '{"hello":"world"}')
    const { source, lines } = await createClusterUnderTest(t, { snapshot }, { namespaces: { 'tenant-bob': {} } })

    await source.start()
    const before = source.status().source
    await eventually(() => source.status().ready)

    assert.equal(before, 'none')
    assert.deepEqual(
      lines.filter(({ level }) => level === 'warn'),
      [{ level: 'warn', message: 'Ignored the snapshot of namespaces', fields: { cause: 'alien', file: snapshot } }],
    )
  })

  it('writes what it knows a few seconds after a change, with the age it has', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
    const clock = createFakeClock(today)
    const { api, source } = await createClusterUnderTest(t, { clock, snapshot }, { namespaces: { 'tenant-bob': {} } })
    await source.start()
    await eventually(() => source.status().connected)
    api.put('tenant-carol', { host: 'carol.org' })
    await eventually(() => source.get('tenant-carol') !== undefined)

    clock.advance(5_000)
    const text = await textOf(snapshot)

    assert.deepEqual(JSON.parse(text), {
      format: 'gatehouse.dev/namespaces/v1',
      agreedAt: '2030-01-01T00:00:00.000Z',
      namespaces: {
        'tenant-bob': { labels: {}, terminating: false },
        'tenant-carol': { labels: { host: 'carol.org' }, terminating: false },
      },
    })
  })

  it('writes it when it is stopped, so that the next start knows', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
    const first = await createClusterUnderTest(t, { snapshot }, { namespaces: { 'tenant-bob': { host: 'bob.org' } } })
    await first.source.start()
    await eventually(() => first.source.status().connected)
    await first.source.stop()

    const second = await createClusterUnderTest(t, { snapshot })
    second.api.misbehave('list', () => undefined)
    await second.source.start()

    assert.equal(second.source.get('tenant-bob')?.labels['host'], 'bob.org')
    assert.equal(second.source.apexes.complete, true)
  })

  it('leaves the snapshot as it is as long as there was no list', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'namespaces.json')
    await writeSnapshot(snapshot, Date.now() - 1_000, [alice])
    const before = await readFile(snapshot, 'utf8')
    const { api, source } = await createClusterUnderTest(t, { snapshot }, { namespaces: { 'tenant-bob': {} } })
    api.misbehave('list', () => undefined)

    await source.start()
    await source.refresh('tenant-bob', performance.now() + 5_000)
    await source.stop()

    assert.equal(source.get('tenant-bob')?.name, 'tenant-bob')
    assert.equal(await readFile(snapshot, 'utf8'), before)
  })

  it('goes on without a snapshot that cannot be written', async (t) => {
    const snapshot = join(await makeTemporaryFolder(t), 'no-such-folder', 'namespaces.json')
    const { source, lines } = await createClusterUnderTest(t, { snapshot }, { namespaces: { 'tenant-bob': {} } })
    await source.start()
    await eventually(() => source.status().connected)

    await source.stop()

    assert.deepEqual(
      lines.filter(({ level }) => level === 'warn').map(({ message, fields }) => [message, fields]),
      [['Could not write the snapshot of namespaces', { cause: 'ENOENT' }]],
    )
  })
})

/** The text of a file that is about to be written. */
async function textOf(file: string): Promise<string> {
  let text: string | undefined
  const read = (): void => {
    readFile(file, 'utf8').then(
      (found) => {
        text = found
      },
      () => setImmediate(read),
    )
  }
  read()
  await eventually(() => text !== undefined)
  return text ?? ''
}
