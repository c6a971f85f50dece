import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createWarningLog } from './log.ts'

function createLog() {
  const clock = createFakeClock()
  const lines: (readonly [object, string])[] = []
  const warnings = createWarningLog({ info: () => undefined, warn: (...line) => lines.push(line) }, clock)
  return { clock, lines, warnings }
}

describe('log of warnings', () => {
  it('says the same thing once a minute, with how often it happened since', () => {
    const { clock, lines, warnings } = createLog()

    for (let second = 0; second <= 60; second++) {
      warnings.warn('timeout', { second }, 'Lost')
      clock.advance(1_000)
    }

    assert.deepEqual(lines, [
      [{ cause: 'timeout', second: 0 }, 'Lost'],
      [{ cause: 'timeout', second: 60, repeated: 59 }, 'Lost'],
    ])
  })

  it('says at once what is new: another cause, another message, the same after it was over', () => {
    const { lines, warnings } = createLog()

    warnings.warn('timeout', {}, 'Lost')
    warnings.warn('broken', {}, 'Lost')
    warnings.warn('timeout', {}, 'Failed')
    warnings.reset()
    warnings.warn('timeout', {}, 'Lost')

    assert.equal(lines.length, 4)
  })
})
