import { setTimeout as sleep } from 'node:timers/promises'

export interface Patience {
  /** Only a run that fails waits so long. */
  readonly seconds?: number
  readonly everyMs?: number
}

/** Looks again and again until `look` finds something, and says what was missing when time is up. */
export async function waitUntil<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
  { seconds = 30, everyMs = 25 }: Patience = {},
): Promise<Found> {
  const giveUpAt = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > giveUpAt) throw new Error(`Not within ${seconds} s: ${what}`)
    await sleep(everyMs)
  }
}
