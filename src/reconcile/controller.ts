/** One thing that is looked after: it is asked again and again, and never twice at a time. */
export interface Controller {
  readonly name: string
  /** Between two passes when nothing asks for one sooner. */
  readonly intervalMs: number
  /** Looks, and does what is next. Rejects where it should be tried again. */
  reconcile(pass: Pass): Promise<Outcome>
}

/** What a controller is handed with every pass. */
export interface Pass {
  /** Ends reads and writes under way: the lead is lost, or the process ends. */
  readonly signal: AbortSignal
  /** Say what you would do, and do nothing. */
  readonly dryRun: boolean
  /**
   * Throws unless this process may write at this moment. To be called before each write: a process that was frozen
   * may wake up long after another one took over, and before its own timers ran.
   */
  assertLeading(): void
}

export interface Outcome {
  /** What was written, or would be, one line each; no Secret data. */
  readonly changes: readonly string[]
  /** Look again after so long instead of the interval. */
  readonly againMs?: number
}
