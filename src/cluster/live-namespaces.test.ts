import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClusterUnderTest } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { answerStatus } from '../../test/support/fake-api-answers.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'

describe('cluster namespaces, on a miss', () => {
  it('reads a namespace live before any list, and indexes what it finds', async (t) => {
    const { source, results, api } = await createClusterUnderTest(
      t,
      {},
      { namespaces: { 'tenant-a': { host: 'a.org' } } },
    )

    await source.refresh('tenant-a', performance.now() + 5_000)

    assert.deepEqual(source.get('tenant-a')?.labels, { host: 'a.org' })
    assert.equal(source.apexes.ownerOf('x.a.org')?.apex, 'a.org')
    assert.equal(source.apexes.complete, false)
    assert.deepEqual(results, ['found'])
    assert.equal(api.requests[0]?.path, '/api/v1/namespaces/tenant-a')
  })

  it('may read it again at once, should an older list undo it', async (t) => {
    const { source, results } = await createClusterUnderTest(t, {}, { namespaces: { 'tenant-a': { host: 'a.org' } } })
    await source.refresh('tenant-a', performance.now() + 5_000)

    await source.refresh('tenant-a', performance.now() + 5_000)

    assert.deepEqual(results, ['found', 'found'])
  })

  it('removes a namespace that the API server no longer has', async (t) => {
    const clock = createFakeClock()
    const { source, results, api } = await createClusterUnderTest(t, { clock }, { namespaces: { 'tenant-a': {} } })
    await source.start()
    await eventually(() => source.status().connected)
    api.cut()
    await clock.scheduled(500)
    api.delete('tenant-a')

    await source.refresh('tenant-a', clock.now() + 1_000)

    assert.equal(source.get('tenant-a'), undefined)
    assert.deepEqual(results, ['missing'])
  })

  it('keeps a negative answer for a second, unless the watch brings news', async (t) => {
    const clock = createFakeClock()
    const { source, api } = await createClusterUnderTest(t, { clock })
    await source.start()
    await eventually(() => source.status().connected)

    await source.refresh('tenant-a', clock.now() + 1_000)
    const again = source.refresh('tenant-a', clock.now() + 1_000)
    api.put('tenant-a', {})
    await eventually(() => source.get('tenant-a') !== undefined)
    const afterNews = source.refresh('tenant-a', clock.now() + 1_000)
    await afterNews
    const withoutHost = source.refresh('tenant-a', clock.now() + 1_000)
    clock.advance(1_000)
    const aSecondLater = source.refresh('tenant-a', clock.now() + 1_000)
    await aSecondLater

    assert.equal(again, undefined)
    assert.ok(afterNews !== undefined)
    assert.equal(withoutHost, undefined)
    assert.ok(aSecondLater !== undefined)
  })

  it('answers by the deadline, and has a late answer at hand for the next attempt', async (t) => {
    const clock = createFakeClock()
    const { source, results, api } = await createClusterUnderTest(
      t,
      { clock },
      { namespaces: { 'tenant-a': { host: 'a.org' } } },
    )
    let answer: (() => void) | undefined
    api.misbehave('get', (_response, proceed) => {
      answer = proceed
    })

    const read = source.refresh('tenant-a', clock.now() + 1_500)
    await api.arrived('get', 1)
    clock.advance(1_500)
    await read
    const inTime = source.get('tenant-a')
    answer?.()
    await eventually(() => source.get('tenant-a') !== undefined)

    assert.equal(inTime, undefined)
    assert.deepEqual(results, ['timeout'])
  })

  it('gives up a read for good after its own limit', async (t) => {
    const clock = createFakeClock()
    const { source, results, api } = await createClusterUnderTest(t, { clock, limits: { readMs: 800 } })
    api.misbehave('get', () => undefined)

    const read = source.refresh('tenant-a', clock.now() + 60_000)
    await api.arrived('get', 1)
    clock.advance(800)
    await read

    assert.deepEqual(results, ['timeout'])
  })

  it('does not let an older answer undo what the watch has said meanwhile', async (t) => {
    const { source, api } = await createClusterUnderTest(t, {}, { namespaces: { 'tenant-a': {} } })
    await source.start()
    await eventually(() => source.status().connected)
    let answer: (() => void) | undefined
    const stale = JSON.stringify({ metadata: { name: 'tenant-a', uid: 'uid-1001', resourceVersion: '1001' } })
    api.misbehave('get', (response) => {
      answer = () => response.end(stale)
    })

    const read = source.refresh('tenant-a', performance.now() + 5_000)
    await api.arrived('get', 1)
    api.put('tenant-a', { host: 'a.org' })
    await eventually(() => source.get('tenant-a')?.labels['host'] !== undefined)
    answer?.()
    await read

    assert.deepEqual(source.get('tenant-a')?.labels, { host: 'a.org' })
    assert.equal(source.apexes.ownerOf('a.org')?.apex, 'a.org')
  })

  it('does not keep a negative answer that the watch has overtaken', async (t) => {
    const { source, api } = await createClusterUnderTest(t)
    await source.start()
    await eventually(() => source.status().connected)
    let answer: (() => void) | undefined
    api.misbehave('get', (response) => {
      answer = () => answerStatus(404, 'NotFound')(response, () => undefined)
    })

    const read = source.refresh('tenant-a', performance.now() + 5_000)
    await api.arrived('get', 1)
    api.put('tenant-a', {})
    await eventually(() => source.get('tenant-a') !== undefined)
    answer?.()
    await read

    assert.deepEqual(source.get('tenant-a')?.labels, {})
    assert.ok(source.refresh('tenant-a', performance.now() + 5_000) !== undefined)
  })

  for (const [name, status, reason] of [
    ['a failing API server', 500, 'InternalError'],
    ['one that may not be asked', 403, 'Forbidden'],
    ['a 404 that is not its own', 404, 'NoSuchPath'],
  ] as const) {
    it(`keeps what it knows in front of ${name}`, async (t) => {
      const { source, results, api } = await createClusterUnderTest(t, {}, { namespaces: { 'tenant-a': {} } })
      await source.start()
      await eventually(() => source.status().connected)
      api.misbehave('get', answerStatus(status, reason))

      await source.refresh('tenant-a', performance.now() + 5_000)

      assert.deepEqual(source.get('tenant-a')?.labels, {})
      assert.deepEqual(results, ['error'])
    })
  }

  it('does not take one namespace for another', async (t) => {
    const { source, results, api } = await createClusterUnderTest(t)
    api.misbehave('get', (response) =>
      response.end(JSON.stringify({ metadata: { name: 'tenant-b', labels: { host: 'b.org' } } })),
    )

    await source.refresh('tenant-a', performance.now() + 5_000)

    assert.equal(source.get('tenant-a'), undefined)
    assert.equal(source.get('tenant-b'), undefined)
    assert.deepEqual(results, ['error'])
  })

  it('lets one tenant write as often as it likes without a place for another being lost', async (t) => {
    const clock = createFakeClock()
    const limits = { concurrentReads: 2, queuedReads: 0 }
    const { source, results, api } = await createClusterUnderTest(
      t,
      { clock, limits },
      { namespaces: { 'tenant-b': { host: 'b.org' } } },
    )
    api.misbehave('get', () => undefined)

    const flood = Array.from({ length: 500 }, () => source.refresh('tenant-a', clock.now() + 1_000))
    const other = source.refresh('tenant-b', clock.now() + 1_000)
    await other
    const known = source.get('tenant-b')
    clock.advance(1_000)
    for (const read of flood) await read

    assert.equal(known?.labels['host'], 'b.org')
    assert.deepEqual(results, ['found', 'timeout'])
    assert.equal(api.requests.length, 2)
  })
})
