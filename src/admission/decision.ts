/** What was decided on one review, before it is worded and encoded. */
import type { Violation } from '../guards/guard.ts'
import type { GuardId } from '../guards/resources.ts'
import type { Effect } from './ports.ts'

export type Mode = 'enforce' | 'warn' | 'audit' | 'disabled'

export interface JudgedViolation extends Violation {
  readonly guard: GuardId
  readonly effect: Effect
}

export interface Decision {
  readonly allowed: boolean
  /** 200, or 403 where something is not permitted, 422 where something is malformed, 500 where we failed. */
  readonly code: 200 | 403 | 422 | 500
  /** Empty when allowed. */
  readonly message: string
  readonly warnings: readonly string[]
  /** Every violation, by guard id and field path, whatever became of it. */
  readonly violations: readonly JudgedViolation[]
}

export const allowed: Decision = { allowed: true, code: 200, message: '', warnings: [], violations: [] }
