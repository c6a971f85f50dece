/** Time as the adapters see it, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds of `performance.now()`: never set back. */
  now(): number
  /** Milliseconds since 1970, for what outlives the process. */
  date(): number
  /** Runs `task` once after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, task: () => void): () => void
}

/** The machine's time. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
