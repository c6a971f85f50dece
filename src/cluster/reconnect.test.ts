import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ApiError, type ApiFault } from './api-error.ts'
import { createBackoff } from './backoff.ts'
import { createReconnect } from './reconnect.ts'

function afterEach(faults: readonly (ApiFault | undefined)[]) {
  const reconnect = createReconnect(createBackoff(100, 1_000, () => 1))
  return faults.map((fault) => reconnect.after(fault === undefined ? undefined : new ApiError(fault)))
}

describe('back-off', () => {
  it('doubles up to its limit, and begins anew after a reset', () => {
    const backoff = createBackoff(100, 1_000, () => 1)

    const delays = Array.from({ length: 6 }, () => backoff.next())
    backoff.reset()

    assert.deepEqual(delays, [100, 200, 400, 800, 1_000, 1_000])
    assert.equal(backoff.next(), 100)
  })

  it('waits between half and all of a step', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
        const delay = createBackoff(100, 1_000, () => random).next()

        assert.ok(delay >= 50 && delay <= 100)
      }),
    )
  })
})

describe('reconnecting', () => {
  it('waits a little even after a watch that ended as agreed', () => {
    assert.deepEqual(afterEach([undefined]), [{ delayMs: 100, relist: false }])
  })

  it('lists anew at once after the first 410, and with more and more delay after the next', () => {
    assert.deepEqual(afterEach(['gone', 'gone', 'gone']), [
      { delayMs: 0, relist: true },
      { delayMs: 100, relist: true },
      { delayMs: 200, relist: true },
    ])
  })

  it('lists anew after the third answer in a row that makes no sense', () => {
    const relists = afterEach(['malformed', 'rejected', 'unreachable', 'server-error', 'server-error']).map(
      ({ relist }) => relist,
    )

    assert.deepEqual(relists, [false, false, false, true, false])
  })

  it('keeps its version while the API server is away, however long', () => {
    const away: ApiFault[] = ['unreachable', 'broken', 'silent', 'timeout', 'unauthorized', 'forbidden', 'unavailable']

    assert.ok(afterEach([...away, ...away, ...away]).every(({ relist }) => !relist))
  })

  it('begins anew after progress', () => {
    const reconnect = createReconnect(createBackoff(100, 1_000, () => 1))
    for (const fault of ['gone', 'malformed', 'malformed'] as const) reconnect.after(new ApiError(fault))

    reconnect.progressed()
    const steps = [
      reconnect.after(new ApiError('malformed')),
      reconnect.after(new ApiError('malformed')),
      reconnect.after(new ApiError('gone')),
    ]

    assert.deepEqual(steps, [
      { delayMs: 100, relist: false },
      { delayMs: 200, relist: false },
      { delayMs: 0, relist: true },
    ])
  })

  it('waits as long as it is told to, if that is longer', () => {
    const reconnect = createReconnect(createBackoff(100, 1_000, () => 1))

    const told = reconnect.after(new ApiError('throttled', { retryAfterMs: 5_000 }))
    const toldLess = reconnect.after(new ApiError('throttled', { retryAfterMs: 10 }))

    assert.deepEqual([told.delayMs, toldLess.delayMs], [5_000, 200])
  })
})
