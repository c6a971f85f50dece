import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createWarningLog } from './log.ts'
import { createSnapshotWriter } from './snapshot-writer.ts'

const times = { snapshotMs: 5_000, snapshotRefreshMs: 300_000 }

function createWriter() {
  const clock = createFakeClock()
  const writes: PromiseWithResolvers<void>[] = []
  const warned: object[] = []
  const log = { info: () => undefined, warn: (fields: object) => warned.push(fields) }
  const write = (): Promise<void> => {
    const written = Promise.withResolvers<void>()
    writes.push(written)
    return written.promise
  }
  const writer = createSnapshotWriter(write, times, clock, createWarningLog(log, clock))
  return { clock, writes, warned, writer }
}

describe('snapshot writer', () => {
  it('gathers changes, and writes no more often than every few seconds', async () => {
    const { clock, writes, writer } = createWriter()

    for (let time = 0; time < 10; time++) {
      writer.changed()
      clock.advance(499)
    }
    const early = writes.length
    clock.advance(10)
    await setImmediate()

    assert.equal(early, 0)
    assert.equal(writes.length, 1)
    assert.deepEqual(clock.pending, [])
  })

  it('writes rarely where only the age is another', async () => {
    const { clock, writes, writer } = createWriter()

    for (let time = 0; time < 10; time++) {
      writer.agreed()
      clock.advance(60_000)
      await setImmediate()
      for (const { resolve } of writes) resolve()
    }

    assert.equal(writes.length, 2)
  })

  it('does not wait for a rare write when there is a change', async () => {
    const { clock, writes, writer } = createWriter()

    writer.agreed()
    writer.changed()
    clock.advance(5_000)
    await setImmediate()

    assert.equal(writes.length, 1)
    assert.deepEqual(clock.pending, [])
  })

  it('never has two writes under way', async () => {
    const { clock, writes, writer } = createWriter()

    writer.changed()
    clock.advance(5_000)
    await setImmediate()
    writer.changed()
    clock.advance(5_000)
    await setImmediate()
    const during = writes.length
    writes[0]?.resolve()
    await setImmediate()

    assert.equal(during, 1)
    assert.equal(writes.length, 2)
  })

  it('writes what is not yet written when it is stopped, and nothing later', async () => {
    const { clock, writes, writer } = createWriter()

    writer.changed()
    const stopped = writer.stop()
    await setImmediate()
    writes[0]?.resolve()
    await stopped
    writer.changed()

    assert.equal(writes.length, 1)
    assert.deepEqual(clock.pending, [])
  })

  it('writes nothing when it is stopped with everything written', async () => {
    const { writes, writer } = createWriter()

    await writer.stop()

    assert.equal(writes.length, 0)
  })

  it('says that a write failed, and tries again later', async () => {
    const { clock, writes, warned, writer } = createWriter()

    writer.changed()
    clock.advance(5_000)
    await setImmediate()
    writes[0]?.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    await setImmediate()
    clock.advance(300_000)
    await setImmediate()

    assert.deepEqual(warned, [{ cause: 'ENOSPC' }])
    assert.equal(writes.length, 2)
  })
})
