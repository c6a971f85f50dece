import { toApiError } from './api-error.ts'
import type { Clock } from './clock.ts'
import type { WarningLog } from './log.ts'

/** Decides when a snapshot is written. */
export interface SnapshotWriter {
  /** Namespaces are other than in the last snapshot. */
  changed(): void
  /** They are the same, and the API server has just said so. */
  agreed(): void
  /** Writes what is not yet written, and nothing from then on. */
  stop(): Promise<void>
}

export interface SnapshotTimes {
  readonly snapshotMs: number
  readonly snapshotRefreshMs: number
}

/** Creates a writer that calls `write` at most every `snapshotMs`. A failed write is tried again later. */
export function createSnapshotWriter(
  write: () => Promise<void>,
  { snapshotMs, snapshotRefreshMs }: SnapshotTimes,
  clock: Clock,
  warnings: WarningLog,
): SnapshotWriter {
  let timer: { readonly dueAt: number; cancel(): void } | undefined
  let writing: Promise<void> = Promise.resolve()
  let outdated = false
  let stopped = false

  return {
    changed: () => request(snapshotMs),
    agreed: () => request(snapshotRefreshMs),
    async stop() {
      stopped = true
      timer?.cancel()
      await writing
      if (outdated) await attempt()
    },
  }

  function request(delayMs: number): void {
    outdated = true
    const dueAt = clock.now() + delayMs
    if (stopped || (timer !== undefined && timer.dueAt <= dueAt)) return
    timer?.cancel()
    timer = { dueAt, cancel: clock.after(delayMs, due) }
  }

  function due(): void {
    timer = undefined
    // A slow disk must not have two snapshots written into one temporary file.
    writing = writing.then(attempt)
  }

  async function attempt(): Promise<void> {
    outdated = false
    try {
      await write()
    } catch (error) {
      const { code } = toApiError(error, 'broken').details
      warnings.warn(code ?? 'unknown', {}, 'Could not write the snapshot of namespaces')
      request(snapshotRefreshMs)
    }
  }
}
