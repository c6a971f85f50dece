import type { Place } from './capacity.ts'

/** How late an expiry may be: half of the 100 ms that are kept back of the shortest timeout, one second. */
const stepMilliseconds = 50

/**
 * Lets places expire. One timer looks at all of them, and only while there are any: a timer per review costs 7 % of
 * the requests per second at 4 KB. The result starts it.
 */
export function createExpiry(held: readonly Place[], now: () => number): () => void {
  let timer: NodeJS.Timeout | undefined

  function look(): void {
    timer = undefined
    const time = now()
    // From the end: one that leaves is replaced by the last, which has been looked at.
    for (let at = held.length - 1; at >= 0; at--) {
      const place = held[at]
      if (place === undefined || place.expiresAt > time) continue
      place.expiresAt = Infinity
      place.expire()
    }
    start()
  }

  function start(): void {
    if (timer === undefined && held.length > 0) timer = setTimeout(look, stepMilliseconds).unref()
  }

  return start
}
