import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { ApiError } from './api-error.ts'
import { createLiveReads, type LiveReads, type ReadAnswer, type ReadLimits, type ReadResult } from './live-reads.ts'

interface Read {
  readonly name: string
  answer(answer: ReadAnswer): void
  fail(error: Error): void
}

interface UnderTest {
  readonly clock: FakeClock
  readonly reads: LiveReads
  /** Every read that was sent, in order. */
  readonly sent: Read[]
  readonly results: ReadResult[]
}

const found: ReadAnswer = { found: true, conclusive: false }
const missing: ReadAnswer = { found: false, conclusive: true }

function createReads(limits: Partial<ReadLimits> = {}): UnderTest {
  const clock = createFakeClock()
  const sent: Read[] = []
  const results: ReadResult[] = []
  const read = (name: string): Promise<ReadAnswer> =>
    new Promise((answer, fail) => {
      sent.push({ name, answer, fail })
    })
  const reads = createLiveReads(read, { concurrent: 2, queued: 2, restMs: 1_000, ...limits }, clock, {
    read: (result) => results.push(result),
  })
  return { clock, reads, sent, results }
}

/** Whether the promise is settled after everything that is ready has run. */
async function isSettled(promise: Promise<void> | undefined): Promise<boolean> {
  assert.ok(promise !== undefined)
  let settled = false
  void promise.then(() => {
    settled = true
  })
  await setImmediate()
  return settled
}

describe('live reads', () => {
  it('resolve when the answer is there', async () => {
    const { clock, reads, sent, results } = createReads()

    const read = reads.refresh('tenant-a', clock.now() + 1_000)
    const before = await isSettled(read)
    sent[0]?.answer(found)
    await read

    assert.equal(before, false)
    assert.deepEqual(results, ['found'])
    assert.deepEqual(clock.pending, [])
  })

  it('are shared by all who ask for one namespace, each up to its own deadline', async () => {
    const { clock, reads, sent, results } = createReads()
    const early = reads.refresh('tenant-a', clock.now() + 1_000)
    const late = reads.refresh('tenant-a', clock.now() + 2_000)

    clock.advance(1_000)
    const settled = [await isSettled(early), await isSettled(late)]
    sent[0]?.answer(found)
    await late

    assert.deepEqual(settled, [true, false])
    assert.equal(sent.length, 1)
    assert.deepEqual(results, ['found'])
  })

  it('count as timed out when nobody waits any more, and go on for the next attempt', async () => {
    const { clock, reads, sent, results } = createReads()
    const first = reads.refresh('tenant-a', clock.now() + 1_000)

    clock.advance(1_000)
    await first
    const second = reads.refresh('tenant-a', clock.now() + 1_000)
    sent[0]?.answer(found)
    await second

    assert.equal(sent.length, 1)
    assert.deepEqual(results, ['timeout'])
  })

  it('leave a namespace alone for a while after it was found missing', async () => {
    const { clock, reads, sent } = createReads()
    const read = reads.refresh('tenant-a', clock.now() + 1_000)
    sent[0]?.answer(missing)
    await read

    const atOnce = reads.refresh('tenant-a', clock.now() + 1_000)
    const other = reads.refresh('tenant-b', clock.now() + 1_000)
    clock.advance(999)
    const soon = reads.refresh('tenant-a', clock.now() + 1_000)
    clock.advance(1)
    const later = reads.refresh('tenant-a', clock.now() + 1_000)

    assert.deepEqual([atOnce, soon], [undefined, undefined])
    assert.ok(other !== undefined && later !== undefined)
    assert.deepEqual(
      sent.map(({ name }) => name),
      ['tenant-a', 'tenant-b', 'tenant-a'],
    )
  })

  it('do not rest once there is news of the namespace', async () => {
    const { clock, reads, sent } = createReads()
    const read = reads.refresh('tenant-a', clock.now() + 1_000)
    sent[0]?.answer(missing)
    await read

    reads.forget('tenant-a')

    assert.ok(reads.refresh('tenant-a', clock.now() + 1_000) !== undefined)
  })

  it('rest after an error, too', async () => {
    const { clock, reads, sent, results } = createReads()
    const read = reads.refresh('tenant-a', clock.now() + 1_000)
    sent[0]?.fail(new ApiError('unreachable'))
    await read

    assert.equal(reads.refresh('tenant-a', clock.now() + 1_000), undefined)
    assert.deepEqual(results, ['error'])
  })

  it('stay away altogether for as long as the API server asked', async () => {
    const { clock, reads, sent, results } = createReads()
    const read = reads.refresh('tenant-a', clock.now() + 1_000)
    sent[0]?.fail(new ApiError('throttled', { retryAfterMs: 3_000 }))
    await read

    const during = reads.refresh('tenant-b', clock.now() + 1_000)
    clock.advance(3_000)
    const after = reads.refresh('tenant-b', clock.now() + 1_000)

    assert.equal(during, undefined)
    assert.ok(after !== undefined)
    assert.deepEqual(results, ['error', 'limited'])
  })

  it('are bounded in flight and in the queue, with one place for each namespace', async () => {
    const { clock, reads, sent, results } = createReads()
    const ask = (name: string) => reads.refresh(name, clock.now() + 1_000)

    const asked = ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'e', 'a'].map(ask)
    const before = sent.map(({ name }) => name)
    sent[0]?.answer(found)
    await asked[0]

    assert.deepEqual(
      asked.map((read) => read !== undefined),
      [true, true, true, true, true, true, true, false, true],
    )
    assert.deepEqual(before, ['a', 'b'])
    assert.deepEqual(
      sent.map(({ name }) => name),
      ['a', 'b', 'c'],
    )
    assert.deepEqual(results, ['limited', 'found'])
  })

  it('leave the queue when nobody waits for them', async () => {
    const { clock, reads, sent, results } = createReads({ concurrent: 1 })
    const first = reads.refresh('a', clock.now() + 2_000)
    const queued = reads.refresh('b', clock.now() + 1_000)

    clock.advance(1_000)
    await queued
    sent[0]?.answer(found)
    await first

    assert.deepEqual(
      sent.map(({ name }) => name),
      ['a'],
    )
    assert.deepEqual(results, ['timeout', 'found'])
    assert.ok(reads.refresh('b', clock.now() + 1_000) !== undefined)
    assert.equal(sent[1]?.name, 'b')
  })

  for (const name of ['', 'Tenant-A', 'a/b', '..', 'a?x=1', 'a'.repeat(64), '-a', 'ä']) {
    it(`are pointless for ${JSON.stringify(name)}, which no namespace can be called`, () => {
      const { clock, reads, sent } = createReads()

      assert.equal(reads.refresh(name, clock.now() + 1_000), undefined)
      assert.deepEqual(sent, [])
    })
  }

  it('are pointless when the deadline has passed', () => {
    const { clock, reads, sent } = createReads()

    assert.equal(reads.refresh('tenant-a', clock.now()), undefined)
    assert.deepEqual(sent, [])
  })

  it('let everybody go when they are stopped', async () => {
    const { clock, reads, results } = createReads({ concurrent: 1 })
    const asked = ['a', 'b'].map((name) => reads.refresh(name, clock.now() + 1_000))

    reads.stop()
    for (const read of asked) await read

    assert.deepEqual(clock.pending, [])
    assert.deepEqual(results, [])
    assert.equal(reads.refresh('c', clock.now() + 1_000), undefined)
  })
})
