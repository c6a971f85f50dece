import type { ApiError, ApiFault } from './api-error.ts'
import type { Backoff } from './backoff.ts'

/** What to do after a list or a watch has ended. */
export interface Reconnect {
  /** The API server told us something: what failed before no longer counts. */
  progressed(): void
  /** How to go on after this error, or after a watch that the server ended as agreed. */
  after(error: ApiError | undefined): { readonly delayMs: number; readonly relist: boolean }
}

/** Answers that may be about the resource version we ask from, if they keep coming. */
const puzzling: ReadonlySet<ApiFault> = new Set(['malformed', 'rejected', 'server-error'])
const puzzlingInARow = 3

/** Creates the rules by which a broken list or watch is taken up again. */
export function createReconnect(backoff: Backoff): Reconnect {
  let expired = false
  let puzzled = 0
  return {
    progressed() {
      backoff.reset()
      expired = false
      puzzled = 0
    },
    after(error) {
      if (error === undefined) return { delayMs: backoff.next(), relist: false }
      if (error.fault === 'gone') {
        // Ordinary after an outage, so the first time without delay; a server that says nothing else is not hammered.
        const delayMs = expired ? backoff.next() : 0
        expired = true
        return { delayMs, relist: true }
      }
      if (puzzling.has(error.fault)) puzzled++
      // An etcd restored from a backup is behind our version and may say anything but 410.
      const relist = puzzled >= puzzlingInARow
      if (relist) puzzled = 0
      return { delayMs: Math.max(error.details.retryAfterMs ?? 0, backoff.next()), relist }
    },
  }
}
