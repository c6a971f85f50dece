/** What a leader is handed. */
export interface Lead {
  /** Aborts as soon as the lead is lost. */
  readonly signal: AbortSignal
  /** Throws where the Lease has not been renewed in time, whether a timer has run by now or not. */
  assertLeading(): void
}

/** Said in place of a write that must not happen any more. */
export class LeadLostError extends Error {
  override readonly name = 'LeadLostError'
  constructor() {
    super('the Lease was not renewed in time')
  }
}
