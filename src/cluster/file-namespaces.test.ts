import assert from 'node:assert/strict'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { eventually } from '../../test/support/eventually.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { makeTemporaryFolder } from '../../test/support/temporary-folder.ts'
import { createFileNamespaces, NamespacesFileError } from './file-namespaces.ts'

const settings = { namespacePrefix: 'tenant-', hostLabel: 'host' }

function textOf(name: string, host: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { host } } })
}

async function createSource(t: TestContext, text?: string) {
  const path = join(await makeTemporaryFolder(t), 'namespaces.yaml')
  if (text !== undefined) await writeFile(path, text)
  const clock = createFakeClock()
  const messages: string[] = []
  const log = {
    info: (_fields: object, message: string) => messages.push(message),
    warn: (_fields: object, message: string) => messages.push(message),
  }
  const source = createFileNamespaces({ path, settings, log, clock })
  t.after(() => source.stop())
  return { path, clock, messages, source, poll: () => clock.scheduled(2_000).then(() => clock.advance(2_000)) }
}

/** Replaces the file as an editor does, so that no reader ever sees half of it. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text)
  await rename(`${path}.new`, path)
}

describe('namespaces from a file', () => {
  it('are complete once the file is read, and never read live', async (t) => {
    const { source } = await createSource(t, textOf('tenant-a', 'a.org'))

    const before = { complete: source.apexes.complete, status: source.status() }
    await source.start()

    assert.equal(before.complete, false)
    assert.deepEqual(
      { ready: before.status.ready, source: before.status.source, connected: before.status.connected },
      { ready: false, source: 'none', connected: false },
    )
    assert.equal(source.apexes.complete, true)
    assert.deepEqual(source.status(), {
      ready: true,
      source: 'list',
      ageSeconds: 0,
      namespaces: 1,
      sharedApexes: 0,
      connected: true,
    })
    assert.equal(source.apexes.ownerOf('x.a.org')?.apex, 'a.org')
    assert.equal(source.refresh('tenant-b', performance.now() + 1_000), undefined)
  })

  it('are complete at any age', async (t) => {
    const { source, clock, path } = await createSource(t, textOf('tenant-a', 'a.org'))
    await source.start()
    await rm(path)

    clock.advance(1_000)
    clock.advance(86_400_000)

    assert.equal(source.apexes.complete, true)
    assert.equal(source.get('tenant-a')?.name, 'tenant-a')
  })

  it('do not start from a file that is not there or has faults', async (t) => {
    const absent = await createSource(t)
    const faulty = await createSource(t, '{"kind":"Pod"}')

    await assert.rejects(absent.source.start(), (error) => {
      assert.ok(error instanceof NamespacesFileError)
      assert.deepEqual(error.faults, [`${absent.path}: cannot be read: ENOENT`])
      return true
    })
    await assert.rejects(faulty.source.start(), (error) => {
      assert.ok(error instanceof NamespacesFileError)
      assert.deepEqual(error.faults, [`${faulty.path}: document 1: apiVersion: must be 'v1'`])
      return true
    })
    assert.equal(faulty.source.status().ready, false)
  })

  it('follow the file', async (t) => {
    const { source, path, messages, poll } = await createSource(t, textOf('tenant-a', 'a.org'))
    await source.start()

    await poll()
    await replace(path, textOf('tenant-b', 'b.org'))
    await poll()
    await eventually(() => source.get('tenant-b') !== undefined)
    await poll()
    await eventually(() => source.status().ageSeconds === 0)

    assert.equal(source.get('tenant-a'), undefined)
    assert.equal(source.apexes.ownerOf('a.org'), undefined)
    assert.deepEqual(messages, ['Read the file of namespaces again'])
  })

  it('stay as they are while the file cannot be used, with one warning, and follow it again afterwards', async (t) => {
    const { source, path, messages, poll } = await createSource(t, textOf('tenant-a', 'a.org'))
    await source.start()

    await replace(path, `${textOf('tenant-b', 'b.org')}\n---\nkind: Pod`)
    await poll()
    await eventually(() => source.status().lastError !== undefined)
    for (let time = 0; time < 31; time++) await poll()
    const warned = [...messages]
    const meanwhile = { ...source.status(), known: source.get('tenant-a')?.name, complete: source.apexes.complete }
    await rm(path)
    await poll()
    await replace(path, textOf('tenant-c', 'c.org'))
    await poll()
    await eventually(() => source.get('tenant-c') !== undefined)

    assert.deepEqual(
      {
        known: meanwhile.known,
        complete: meanwhile.complete,
        connected: meanwhile.connected,
        ageSeconds: meanwhile.ageSeconds,
      },
      { known: 'tenant-a', complete: true, connected: false, ageSeconds: 64 },
    )
    assert.equal(source.status().lastError, undefined)
    assert.deepEqual(warned, ['Kept the last good file of namespaces'])
    assert.equal(messages.at(-1), 'Read the file of namespaces again')
  })

  it('stop looking at the file when they are stopped', async (t) => {
    const { source, clock } = await createSource(t, textOf('tenant-a', 'a.org'))
    await source.start()

    await source.stop()

    assert.deepEqual(clock.pending, [])
    assert.equal(source.get('tenant-a')?.name, 'tenant-a')
  })

  it('take another host label into use', async (t) => {
    const { source } = await createSource(t, textOf('tenant-a', 'a.org'))
    await source.start()

    source.configure({ ...settings, hostLabel: 'other' })

    assert.equal(source.apexes.ownerOf('a.org'), undefined)
  })
})
