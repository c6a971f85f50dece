import type { Clock } from './ports.ts'

/** A wait that can be cut short. */
export interface Pause {
  /** Resolves after so many milliseconds, when woken, or when the signal ends. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Ends the wait under way, or the next one at once. */
  wake(): void
}

export function createPause(clock: Clock): Pause {
  let awake = false
  let end: (() => void) | undefined
  return {
    wait(milliseconds, signal) {
      return new Promise((resolve) => {
        if (awake || signal.aborted) {
          awake = false
          resolve()
          return
        }
        const finish = (): void => {
          cancel()
          signal.removeEventListener('abort', finish)
          awake = false
          end = undefined
          resolve()
        }
        const cancel = clock.after(milliseconds, finish)
        signal.addEventListener('abort', finish, { once: true })
        end = finish
      })
    },
    wake() {
      awake = true
      end?.()
    },
  }
}
