import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClusterUnderTest } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { answerStatus, fallSilent, type Misbehaviour } from '../../test/support/fake-api-answers.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'

const alice = { 'tenant-alice': { host: 'alice.example.org' } }
const limits = { backoffMs: 1_000, maxBackoffMs: 30_000 }

describe('cluster namespaces, on a list that fails', () => {
  const expired: Misbehaviour = answerStatus(410, 'Expired')
  const dies: Misbehaviour = (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '10000' })
    response.write('{"kind":"PartialObjectMetadataList","items":[')
    setImmediate(() => response.destroy())
  }
  const garbage: Misbehaviour = (response) => response.end('<html>')
  const notAList: Misbehaviour = (response) => response.end('{"kind":"Status"}')
  const failures: readonly (readonly [name: string, failure: Misbehaviour])[] = [
    ['dies in the middle', dies],
    ['is garbage', garbage],
    ['is something else', notAList],
    ['expires', expired],
    ['fails with 500', answerStatus(500, 'InternalError')],
    ['is forbidden', answerStatus(403, 'Forbidden')],
  ]
  for (const [name, failure] of failures) {
    it(`takes no part of a list whose second page ${name}, and keeps what it knew`, async (t) => {
      const namespaces = { 'tenant-a': { host: 'a.org' }, 'tenant-b': { host: 'b.org' }, 'tenant-c': { host: 'c.org' } }
      const clock = createFakeClock()
      const { api, source, lines } = await createClusterUnderTest(
        t,
        { clock, limits: { ...limits, pageSize: 2 } },
        { namespaces },
      )
      await source.start()
      await eventually(() => source.status().connected)

      // The watch that would tell is cut, and cannot be resumed; the first page of the next list is a good one.
      api.cut()
      await clock.scheduled(1_000)
      api.delete('tenant-a')
      api.put('tenant-a1', { host: 'a1.org' })
      api.misbehave('watch', expired)
      api.misbehave('list', (_response, proceed) => {
        proceed()
        api.misbehave('list', failure)
      })
      clock.advance(1_000)
      await clock.scheduled(0)
      clock.advance(0)
      await clock.scheduled(2_000)
      const meanwhile = {
        known: Object.keys(namespaces).filter((name) => source.get(name) !== undefined),
        complete: source.apexes.complete,
      }
      const lists = api.requests.filter(({ route }) => route === 'list').length
      clock.advance(2_000)
      await eventually(() => source.status().connected)

      assert.deepEqual(meanwhile, { known: Object.keys(namespaces), complete: true })
      assert.equal(lists, 4)
      assert.equal(source.get('tenant-a'), undefined)
      assert.equal(source.get('tenant-a1')?.labels['host'], 'a1.org')
      assert.equal(source.status().namespaces, 3)
      assert.equal(source.status().lastError, undefined)
      assert.ok(lines.some(({ level }) => level === 'warn'))
    })
  }

  it('is not complete after a first list that died', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    api.misbehave('list', dies)

    await source.start()
    await clock.scheduled(1_000)

    assert.equal(source.apexes.complete, false)
    assert.deepEqual(
      { ready: source.status().ready, lastError: source.status().lastError },
      { ready: false, lastError: 'the connection to the API server broke off' },
    )
  })

  it('drops what a new list no longer names', async (t) => {
    const { api, source } = await createClusterUnderTest(
      t,
      {},
      { namespaces: { ...alice, 'tenant-bob': { host: 'bob.org' } } },
    )
    await source.start()
    await eventually(() => source.status().connected)

    api.misbehave('watch', answerStatus(410, 'Expired'))
    api.misbehave('watch', fallSilent)
    api.cut()
    api.delete('tenant-bob')
    await eventually(() => source.get('tenant-bob') === undefined)

    assert.equal(source.apexes.ownerOf('bob.org'), undefined)
    assert.equal(source.status().namespaces, 1)
  })
})
