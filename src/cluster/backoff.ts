/** How long to wait before the next attempt. */
export interface Backoff {
  next(): number
  reset(): void
}

/**
 * Creates a back-off that doubles up to `maxMs`. Between half and all of each step is waited, so that
 * replicas that lost the API server at the same moment do not come back at the same moment.
 */
export function createBackoff(baseMs: number, maxMs: number, random: () => number): Backoff {
  let step = baseMs
  return {
    next() {
      const delay = step * (0.5 + random() / 2)
      step = Math.min(step * 2, maxMs)
      return delay
    },
    reset() {
      step = baseMs
    },
  }
}
