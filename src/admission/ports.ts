/** The ports through which admission reaches the world. Adapters live in `cluster` and `observability`. */
import type { Apexes } from '../tenancy/apexes.ts'
import type { Namespace } from '../tenancy/tenancy.ts'

/** Namespace labels and apex ownership, answered from memory. */
export interface NamespaceGetter {
  readonly apexes: Apexes
  get(name: string): Namespace | undefined
  /**
   * Reads one namespace live. Resolves, never rejects, when the answer is in {@link get} or will not come
   * before `deadline` (milliseconds of `performance.now()`). Undefined where a read is pointless: there is
   * no API server behind the facts, the namespace was just found missing, or its share of reads is used up.
   */
  refresh(name: string, deadline: number): Promise<void> | undefined
}

export type Effect = 'deny' | 'ratchet' | 'warn' | 'audit'
export type ReviewDecision = 'allowed' | 'warned' | 'denied' | 'error'

export interface ReviewRecord {
  /** Guard or mutator id of the family, or `none` where no guard looks at the resource. */
  readonly family: string
  readonly operation: string
  readonly decision: ReviewDecision
  readonly dryRun: boolean
  readonly seconds: number
}

export interface DenialRecord {
  readonly uid: string
  readonly operation: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly user: string
  readonly code: number
  readonly origins: readonly string[]
  readonly fields: readonly string[]
  readonly dryRun: boolean
  readonly milliseconds: number
}

/** Counts and logs what was decided; label values come from closed sets. */
export interface Recorder {
  review(record: ReviewRecord): void
  violation(origin: string, effect: Effect): void
  /** One log line per refusal, sampled above 100 a second. */
  denied(record: DenialRecord): void
  /** A guard or mutator threw: our bug. */
  fault(where: string, uid: string, error: unknown): void
}
