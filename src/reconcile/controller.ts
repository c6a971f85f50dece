import type { Lead } from './lead.ts'

/** One thing that is looked after: it is asked again and again, and never twice at a time. */
export interface Controller {
  readonly name: string
  /** Between two passes where an outcome says nothing else. */
  readonly intervalMs: number
  /** Looks, and does what is next. Rejects where it should be tried again. */
  reconcile(pass: Pass): Promise<Outcome>
}

/** What a controller is handed with every pass. */
export interface Pass extends Lead {
  /** Say what you would do, and do nothing. */
  readonly dryRun: boolean
}

export interface Outcome {
  /** What was written, or would be, one line each; no Secret data. */
  readonly changes: readonly string[]
  /** Look again after so long instead of the interval. */
  readonly againMs?: number
}
