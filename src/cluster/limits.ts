/** How long, how often and how many: the figures of the source `cluster`, with where they come from. */
export interface ClusterLimits {
  /** Namespaces per page of a list: what client-go asks for. */
  readonly pageSize: number
  /** For one page of a list. */
  readonly pageMs: number
  /** Until the headers of a watch. */
  readonly headersMs: number
  /** Least length of a watch in seconds; up to twice as long is asked for, so that replicas drift apart. */
  readonly watchSeconds: number
  /** Bookmarks come about once a minute: two missed ones mean a half-open connection. */
  readonly silenceMs: number
  /** A watch that lasted so long was a good one: what failed before it no longer counts. */
  readonly steadyMs: number
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** For one live read; longer than a review waits, so that a slow answer serves the next attempt. */
  readonly readMs: number
  readonly concurrentReads: number
  readonly queuedReads: number
  /** DESIGN section 2: a negative answer is kept for about a second. */
  readonly restMs: number
  /** Between two snapshots while namespaces change. */
  readonly snapshotMs: number
  /** Between two snapshots that differ in their age only. */
  readonly snapshotRefreshMs: number
}

export const defaultLimits: ClusterLimits = {
  pageSize: 500,
  pageMs: 30_000,
  headersMs: 15_000,
  watchSeconds: 300,
  silenceMs: 120_000,
  steadyMs: 10_000,
  backoffMs: 500,
  maxBackoffMs: 30_000,
  readMs: 5_000,
  concurrentReads: 8,
  queuedReads: 128,
  restMs: 1_000,
  snapshotMs: 5_000,
  snapshotRefreshMs: 300_000,
}
