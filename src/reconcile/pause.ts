import type { Clock } from './ports.ts'

/** Resolves after so many milliseconds, or when the signal ends. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const finish = (): void => {
      cancel()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(milliseconds, finish)
    signal.addEventListener('abort', finish, { once: true })
  })
}
