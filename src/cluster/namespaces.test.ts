import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClusterUnderTest, settings } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { answerStatus, fallSilent, type Misbehaviour } from '../../test/support/fake-api-answers.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { defaultLimits } from './limits.ts'

const alice = { 'tenant-alice': { host: 'alice.example.org' } }
const limits = { backoffMs: 1_000, maxBackoffMs: 30_000 }

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

describe('cluster namespaces, on a watch that fails', () => {
  it('asks for bookmarks and a bounded watch, and resumes from the last event or bookmark', async (t) => {
    const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)

    const bob = api.put('tenant-bob', { host: 'bob.org' })
    await eventually(() => source.get('tenant-bob') !== undefined)
    api.cut()
    const second = await api.arrived('watch', 2)
    await eventually(() => source.status().connected)
    api.bookmark()
    api.end()
    const third = await api.arrived('watch', 3)

    assert.equal(second.query.get('resourceVersion'), bob.metadata.resourceVersion)
    assert.equal(third.query.get('resourceVersion'), String(Number(bob.metadata.resourceVersion) + 1))
    assert.equal(third.query.get('allowWatchBookmarks'), 'true')
    assert.equal(third.query.get('timeoutSeconds'), '600')
    assert.equal(api.requests.filter(({ route }) => route === 'list').length, 1)
  })

  it('hears after a resume what it missed, and knows meanwhile what it knew', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)

    api.cut()
    await clock.scheduled(1_000)
    api.put('tenant-bob', { host: 'bob.org' })
    const meanwhile = { ...source.status(), complete: source.apexes.complete, alice: source.get('tenant-alice')?.name }
    clock.advance(1_000)
    await eventually(() => source.get('tenant-bob') !== undefined)

    assert.equal(meanwhile.connected, false)
    assert.equal(meanwhile.complete, true)
    assert.equal(meanwhile.alice, 'tenant-alice')
  })

  const gone = JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
  for (const [name, lose] of [
    ['as a status', answerStatus(410, 'Expired')],
    ['as an ERROR event', (response, proceed) => (proceed(), response.write(`${gone}\n`))],
  ] as readonly (readonly [string, Misbehaviour])[]) {
    it(`lists anew at once on 410 ${name}`, async (t) => {
      const clock = createFakeClock()
      const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
      api.misbehave('watch', lose)

      await source.start()
      await clock.scheduled(0)
      clock.advance(0)
      await api.arrived('watch', 2)
      await eventually(() => source.status().connected)

      assert.equal(api.requests.filter(({ route }) => route === 'list').length, 2)
    })
  }

  it('does not hammer a server that answers every watch with 410', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    for (let time = 0; time < 4; time++) api.misbehave('watch', answerStatus(410, 'Expired'))

    await source.start()
    for (const delay of [0, 1_000, 2_000, 4_000]) {
      await clock.scheduled(delay)
      clock.advance(delay)
    }
    await eventually(() => source.status().connected)

    assert.equal(api.requests.filter(({ route }) => route === 'list').length, 5)
  })

  const brokenWatches: readonly (readonly [name: string, misbehave: Misbehaviour])[] = [
    [
      'a broken chunk',
      (response, proceed) => {
        proceed()
        response.socket?.write('zz\r\nno chunk\r\n')
      },
    ],
    ['a line that is no JSON', (response, proceed) => (proceed(), response.write('{"type":"ADD\n'))],
    ['a line that is no event', (response, proceed) => (proceed(), response.write('[]\n'))],
    ['an event without a name', (response, proceed) => (proceed(), response.write('{"type":"ADDED","object":{}}\n'))],
    ['half an event', (response, proceed) => (proceed(), response.write('{"type":"ADD'), response.end())],
    [
      'a label that is no text',
      (response, proceed) => {
        proceed()
        const metadata = { name: 'tenant-x', resourceVersion: '1', labels: { host: 1 } }
        response.write(`${JSON.stringify({ type: 'ADDED', object: { metadata } })}\n`)
      },
    ],
    ['status 500', answerStatus(500, 'InternalError')],
    ['an ERROR event', (response, proceed) => (proceed(), response.write('{"type":"ERROR","object":{"code":500}}\n'))],
  ]
  for (const [name, misbehave] of brokenWatches) {
    it(`reconnects after ${name}`, async (t) => {
      const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice })
      api.misbehave('watch', misbehave)

      await source.start()
      const second = await api.arrived('watch', 2)
      await eventually(() => source.status().connected)
      api.put('tenant-bob', { host: 'bob.org' })
      await eventually(() => source.get('tenant-bob') !== undefined)

      assert.equal(second.query.get('resourceVersion'), '1001')
      assert.equal(source.get('tenant-x'), undefined)
      assert.equal(api.requests.filter(({ route }) => route === 'list').length, 1)
    })
  }

  it('lists anew when a version is answered with nonsense again and again', async (t) => {
    const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice })
    for (let time = 0; time < 3; time++) api.misbehave('watch', answerStatus(504, 'Timeout'))

    await source.start()
    await api.arrived('list', 2)
    await eventually(() => source.status().connected)

    assert.equal(api.requests.filter(({ route }) => route === 'watch').length, 4)
  })

  it('goes past event types it does not know', async (t) => {
    const { api, source } = await createClusterUnderTest(t, {}, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)

    api.write(
      `${JSON.stringify({ type: 'RENAMED', object: { metadata: { name: 'x', resourceVersion: '9999' } } })}\n\n`,
    )
    api.put('tenant-bob', {})
    await eventually(() => source.get('tenant-bob') !== undefined)

    assert.equal(source.get('x'), undefined)
    assert.equal(api.requests.filter(({ route }) => route === 'watch').length, 1)
  })

  it('takes a silent watch for half-open, but not one with a bookmark now and then', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)

    clock.advance(defaultLimits.silenceMs - 1)
    const aged = source.status().ageSeconds
    api.bookmark()
    await eventually(() => source.status().ageSeconds === 0)
    clock.advance(defaultLimits.silenceMs - 1)
    const stillConnected = source.status().connected
    api.misbehave('watch', fallSilent)
    clock.advance(1)
    await clock.scheduled(1_000)
    const { connected, lastError } = source.status()
    clock.advance(1_000)
    await api.arrived('watch', 2)
    await eventually(() => source.status().connected)
    clock.advance(defaultLimits.silenceMs)
    await clock.scheduled(1_000)

    assert.equal(Math.round(aged), 120)
    assert.equal(stillConnected, true)
    assert.deepEqual({ connected, lastError }, { connected: false, lastError: 'the watch was silent for too long' })
  })

  for (const [name, hang] of [
    ['list', 'pageMs'],
    ['watch', 'headersMs'],
  ] as const) {
    it(`gives up a ${name} that is never answered`, async (t) => {
      const clock = createFakeClock()
      const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
      api.misbehave(name, () => undefined)

      await source.start()
      await api.arrived(name, 1)
      clock.advance(defaultLimits[hang])
      await clock.scheduled(1_000)
      clock.advance(1_000)
      await eventually(() => source.status().connected)

      assert.equal(source.get('tenant-alice')?.name, 'tenant-alice')
    })
  }

  for (const [route, code] of [
    ['list', 429],
    ['watch', 503],
  ] as const) {
    it(`stays away for as long as a ${code} on the ${route} asks`, async (t) => {
      const clock = createFakeClock()
      const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
      api.misbehave(route, answerStatus(code, 'Busy', { 'retry-after': '7' }))

      await source.start()
      await clock.scheduled(7_000)
      clock.advance(6_999)
      const before = api.requests.filter((request) => request.route === route).length
      clock.advance(1)
      await eventually(() => source.status().connected)

      assert.equal(before, 1)
    })
  }

  it('waits longer and longer while the API server is away, up to a limit, and logs the same trouble once', async (t) => {
    const clock = createFakeClock()
    const { api, source, lines } = await createClusterUnderTest(t, {
      clock,
      limits: { backoffMs: 1_000, maxBackoffMs: 4_000 },
    })
    await api.close()
    t.mock.method(api, 'close', async () => undefined)

    await source.start()
    for (const delay of [1_000, 2_000, 4_000, 4_000]) {
      await clock.scheduled(delay)
      clock.advance(delay)
    }
    await clock.scheduled(4_000)

    const warnings = lines.filter(({ level }) => level === 'warn')
    assert.equal(warnings.length, 1)
    assert.deepEqual(warnings[0]?.fields, {
      cause: 'unreachable',
      error: 'the API server cannot be reached',
      status: undefined,
      code: 'ECONNREFUSED',
      retryInSeconds: 1,
    })
  })

  it('ends with all timers and connections when it is stopped', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    await source.start()
    await eventually(() => source.status().connected)
    api.misbehave('get', fallSilent)
    const read = source.refresh('tenant-x', clock.now() + 1_000)
    await api.arrived('get', 1)

    await source.stop()
    await read
    const requests = api.requests.length
    await api.close()
    t.mock.method(api, 'close', async () => undefined)

    assert.deepEqual(clock.pending, [])
    assert.equal(source.refresh('tenant-y', clock.now() + 1_000), undefined)
    assert.equal(api.requests.length, requests)
    assert.equal(source.get('tenant-alice')?.name, 'tenant-alice')
  })
})
