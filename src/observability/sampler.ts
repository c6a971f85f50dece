/** Lets through what a reader can take in, and says how much it left out. */

export interface Sampler {
  /** Whether this one may be logged. */
  admit(): boolean
}

const windowMilliseconds = 1_000

/**
 * Admits `limit` a second. Where it left something out, `onLeftOut` is told how much when that second is over, even
 * if nothing follows: the end of a flood is part of the story.
 */
export function createSampler(limit: number, onLeftOut: (count: number) => void): Sampler {
  let admitted = 0
  let leftOut = 0
  let window: NodeJS.Timeout | undefined

  function endWindow(): void {
    const count = leftOut
    window = undefined
    admitted = leftOut = 0
    if (count > 0) onLeftOut(count)
  }

  return {
    admit() {
      window ??= setTimeout(endWindow, windowMilliseconds).unref()
      if (admitted < limit) {
        admitted++
        return true
      }
      leftOut++
      return false
    },
  }
}
