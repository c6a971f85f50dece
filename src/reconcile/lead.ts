/** What a leader is handed. */
export interface Lead {
  /** Ends reads and writes under way: the lead is lost, or the process ends. */
  readonly signal: AbortSignal
  /**
   * Throws unless this process may write at this moment. To be called before each write: a process that was frozen
   * may wake up long after another one took over, and before its own timers ran.
   */
  assertLeading(): void
}

/** Said in place of a write that must not happen any more. */
export class LeadLostError extends Error {
  override readonly name = 'LeadLostError'
  constructor() {
    super('the Lease was not renewed in time')
  }
}
