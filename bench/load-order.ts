/** What the benchmark asks of the load generator, and what it hears from it. */
import type { ReviewKind } from './reviews.ts'

export interface LoadOrder {
  readonly port: number
  readonly certificate: string
  readonly kind: ReviewKind
  readonly onePercent?: ReviewKind
  readonly connections: number
  readonly warmUpSeconds: number
  readonly seconds: number
  /** The baseline allows everything. */
  readonly anyVerdict: boolean
}

/** One round, latencies in milliseconds. */
export interface LoadReport {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  /** Share of one core. */
  readonly generatorCpu: number
  /** Answers that were parsed and compared with what was expected; one that differs ends the run. */
  readonly checked: number
}
