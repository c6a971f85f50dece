import { setImmediate } from 'node:timers/promises'

// Generous: only a test that fails waits so long.
const patienceMs = 5_000

/** Lets the event loop turn until the condition holds, for what arrives over a real connection. */
export async function eventually(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`still not so: ${condition.toString()}`)
    await setImmediate()
  }
}
