import type { Clock } from '../../src/cluster/clock.ts'

/** Time that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Lets time pass and runs what falls due, in order. */
  advance(milliseconds: number): void
  /** Resolves as soon as a timer of this length is pending. */
  scheduled(milliseconds: number): Promise<void>
  /** The lengths of all pending timers. */
  readonly pending: readonly number[]
}

interface Timer {
  readonly dueAt: number
  readonly length: number
  readonly task: () => void
}

export function createFakeClock(date = Date.UTC(2030, 0, 1)): FakeClock {
  // Neither zero nor the time of the process: code that mixes clocks shall fail.
  const origin = 5_000_000
  let now = origin
  const timers = new Set<Timer>()
  const waiting = new Map<() => void, number>()

  return {
    now: () => now,
    date: () => date + now - origin,
    after(length, task) {
      const timer = { dueAt: now + length, length, task }
      timers.add(timer)
      for (const [resolve, awaited] of waiting) if (awaited === length && waiting.delete(resolve)) resolve()
      return () => timers.delete(timer)
    },
    advance(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        const [next] = [...timers].filter(({ dueAt }) => dueAt <= end).sort((a, b) => a.dueAt - b.dueAt)
        if (next === undefined) break
        timers.delete(next)
        now = Math.max(now, next.dueAt)
        next.task()
      }
      now = end
    },
    scheduled(milliseconds) {
      if ([...timers].some(({ length }) => length === milliseconds)) return Promise.resolve()
      return new Promise((resolve) => waiting.set(resolve, milliseconds))
    },
    get pending() {
      return [...timers].map(({ length }) => length)
    },
  }
}
