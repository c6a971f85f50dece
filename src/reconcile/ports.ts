/** What the engine and its controllers need of the world. Adapters live in `cluster` and `observability`. */

/** Time, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds, never set back. */
  now(): number
  /** Milliseconds since 1970. */
  date(): number
  /** Runs `task` once after so many milliseconds; returns what cancels it. */
  after(milliseconds: number, task: () => void): () => void
}

/** Values as fields, then a constant message. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export type ReconcileResult = 'success' | 'error'

/** Counts what the engine does. */
export interface LoopRecorder {
  leading(isLeader: boolean): void
  reconciled(result: ReconcileResult, seconds: number): void
}

/** How long to wait before the next attempt. */
export interface Backoff {
  next(): number
  reset(): void
}

/** A Lease as it stands at the API server. */
export interface LeaseRecord {
  /** Empty: released. */
  readonly holder: string
  readonly durationSeconds: number
  /** Milliseconds since 1970. */
  readonly acquiredAt: number
  /** Milliseconds since 1970. */
  readonly renewedAt: number
  readonly transitions: number
}

export interface StoredLease extends LeaseRecord {
  readonly resourceVersion: string
}

/** One Lease. Rejects where the API server does not answer as expected. */
export interface LeaseStore {
  /** Undefined: there is no such Lease. */
  read(signal: AbortSignal): Promise<StoredLease | undefined>
  /** Undefined: somebody else was faster. */
  create(lease: LeaseRecord, signal: AbortSignal): Promise<StoredLease | undefined>
  /** Replaces what was read; undefined: somebody else was faster. */
  replace(read: StoredLease, lease: LeaseRecord, signal: AbortSignal): Promise<StoredLease | undefined>
}

/** An Event on an object of the release namespace, or of none; `note` is for people. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  readonly note: string
  readonly regarding: EventObject
}

export interface EventObject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid?: string | undefined
}

/** Tells people of what happened, by Events. Never rejects: an Event that is lost is no failure of the work. */
export interface EventPublisher {
  publish(note: EventNote): Promise<void>
}
