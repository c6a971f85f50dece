import type { Clock } from './clock.ts'

/** What the adapters need of a logger: values as fields, then a constant message. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** Logs one warning of a kind a minute: an outage repeats itself with every attempt. */
export interface WarningLog {
  /** `cause` comes from a closed set; with the message it says which warnings are the same. Whether it was logged. */
  warn(cause: string, fields: object, message: string): boolean
  /** The trouble is over: the next warning is news again. */
  reset(): void
}

const repeatAfterMs = 60_000

/** Creates a log that holds back repeated warnings and counts them. */
export function createWarningLog(log: Log, clock: Clock): WarningLog {
  const kinds = new Map<string, { loggedAt: number; repeated: number }>()
  return {
    warn(cause, fields, message) {
      const key = `${message}: ${cause}`
      const kind = kinds.get(key)
      const now = clock.now()
      if (kind !== undefined && now - kind.loggedAt < repeatAfterMs) {
        kind.repeated++
        return false
      }
      const repeated = kind?.repeated ?? 0
      log.warn(repeated === 0 ? { cause, ...fields } : { cause, ...fields, repeated }, message)
      kinds.set(key, { loggedAt: now, repeated: 0 })
      return true
    },
    reset: () => kinds.clear(),
  }
}
