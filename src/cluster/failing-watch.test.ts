import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClusterUnderTest } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { answerStatus, fallSilent, type Misbehaviour } from '../../test/support/fake-api-answers.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { defaultLimits } from './limits.ts'

const alice = { 'tenant-alice': { host: 'alice.example.org' } }
const limits = { backoffMs: 1_000, maxBackoffMs: 30_000 }

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

  it('begins with short waits again after a watch that lasted', async (t) => {
    const clock = createFakeClock()
    const { api, source } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    await source.start()
    for (const delay of [1_000, 2_000]) {
      await eventually(() => source.status().connected)
      api.cut()
      await clock.scheduled(delay)
      clock.advance(delay)
    }
    await eventually(() => source.status().connected)

    clock.advance(defaultLimits.steadyMs)
    api.cut()
    await clock.scheduled(1_000)

    assert.equal(source.status().connected, false)
  })

  it('logs once that it lost and found the API server, however often that happens', async (t) => {
    const clock = createFakeClock()
    const { api, source, lines } = await createClusterUnderTest(t, { clock, limits }, { namespaces: alice })
    await source.start()
    for (const delay of [1_000, 2_000, 4_000]) {
      await eventually(() => source.status().connected)
      api.cut()
      await clock.scheduled(delay)
      clock.advance(delay)
    }
    await eventually(() => source.status().connected)

    assert.deepEqual(
      lines.map(({ message }) => message),
      ['Listed namespaces', 'Lost sight of namespaces', 'Watched namespaces again'],
    )
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
    api.bookmark()
    await eventually(() => source.status().ageSeconds === 0)
    const watches = api.requests.filter(({ route }) => route === 'watch').length
    clock.advance(defaultLimits.silenceMs - 1)
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
    assert.equal(watches, 1)
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
