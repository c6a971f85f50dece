import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClusterUnderTest, settings } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { answerStatus } from '../../test/support/fake-api-answers.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'

const alice = { 'tenant-alice': { host: 'alice.example.org' } }

describe('cluster namespaces, listing and watching', () => {
  it('knows nothing and is not complete before the first list', async (t) => {
    const { source } = await createClusterUnderTest(t, {}, { namespaces: alice })

    const { ready, source: from, connected, ageSeconds } = source.status()

    assert.deepEqual(
      { ready, from, connected, ageSeconds },
      { ready: false, from: 'none', connected: false, ageSeconds: Infinity },
    )
    assert.equal(source.apexes.complete, false)
    assert.equal(source.get('tenant-alice'), undefined)
  })

  it('lists, then follows what is made, changed, ended and deleted', async (t) => {
    const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)

    api.put('tenant-bob', { host: 'Bob.example.org' })
    api.put('tenant-carol', undefined)
    api.put('tenant-alice', { host: 'alice.example.org' }, '2030-01-01T00:00:00Z')
    await eventually(() => source.get('tenant-alice')?.terminating === true)

    assert.deepEqual(source.get('tenant-carol'), { name: 'tenant-carol', labels: {}, terminating: false })
    assert.deepEqual(source.apexes.ownerOf('x.bob.example.org')?.namespaces, ['tenant-bob'])
    assert.equal(source.apexes.complete, true)
    assert.equal(source.status().namespaces, 3)

    api.delete('tenant-bob')
    await eventually(() => source.get('tenant-bob') === undefined)

    assert.equal(source.apexes.ownerOf('x.bob.example.org'), undefined)
  })

  it('asks for metadata alone, and takes whole objects where the server has no other form', async (t) => {
    const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice, wholeObjectsOnly: true })
    api.misbehave('list', answerStatus(406, 'NotAcceptable'))
    await source.start()
    await eventually(() => source.status().connected)

    api.put('tenant-bob', { host: 'bob.example.org' })
    await eventually(() => source.get('tenant-bob') !== undefined)

    const [first, second] = api.requests
    assert.match(
      first?.headers.accept ?? '',
      /^application\/json;as=PartialObjectMetadataList;g=meta\.k8s\.io;v=v1,application\/json$/,
    )
    assert.equal(second?.headers.accept, 'application/json')
    assert.deepEqual(source.get('tenant-alice')?.labels, { host: 'alice.example.org' })
  })

  it('lists in pages', async (t) => {
    const namespaces = Object.fromEntries(
      Array.from({ length: 25 }, (_, at) => [`tenant-${at}`, { host: `t${at}.org` }]),
    )
    const { api, source } = await createClusterUnderTest(t, { limits: { pageSize: 10 } }, { namespaces })

    await source.start()
    await eventually(() => source.status().ready)

    assert.equal(source.status().namespaces, 25)
    assert.equal(api.requests.filter(({ route }) => route === 'list').length, 3)
    assert.equal(api.requests[0]?.query.get('limit'), '10')
  })

  it('is as old as the question that a list answered', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock }, { namespaces: alice })
    api.misbehave('list', (_response, proceed) => {
      clock.advance(3_000)
      proceed()
    })

    await source.start()
    await eventually(() => source.status().ready)

    assert.equal(source.status().ageSeconds, 3)
  })

  it('takes in a list of 20,000 namespaces', async (t) => {
    const namespaces = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, at) => [`tenant-${at}`, { host: `t${at}.org` }]),
    )
    const { source } = await createClusterUnderTest(t, {}, { namespaces })

    await source.start()
    await eventually(() => source.status().ready)

    assert.equal(source.status().namespaces, 20_000)
    assert.equal(source.apexes.ownerOf('x.t19999.org')?.apex, 't19999.org')
  })

  it('counts the apexes that several namespaces publish', async (t) => {
    const namespaces = { 'tenant-a': { host: 'a.org' }, 'tenant-b': { host: 'A.org' }, 'tenant-c': { host: 'c.org' } }
    const { source } = await createClusterUnderTest(t, {}, { namespaces })

    await source.start()
    await eventually(() => source.status().ready)

    assert.equal(source.status().sharedApexes, 1)
  })

  it('takes another host label into use', async (t) => {
    const { source } = await createClusterUnderTest(
      t,
      {},
      { namespaces: { 'tenant-a': { host: 'a.org', other: 'b.org' } } },
    )
    await source.start()
    await eventually(() => source.status().ready)

    source.configure({ ...settings, hostLabel: 'other' })

    assert.equal(source.apexes.ownerOf('a.org'), undefined)
    assert.equal(source.apexes.ownerOf('b.org')?.apex, 'b.org')
  })

  it('hears of a namespace that was deleted and made again in that order', async (t) => {
    const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)

    api.delete('tenant-alice')
    api.put('tenant-alice', { host: 'new.example.org' })
    await eventually(() => source.apexes.ownerOf('new.example.org') !== undefined)

    assert.equal(source.apexes.ownerOf('alice.example.org'), undefined)
    assert.equal(source.status().namespaces, 1)
  })
})
