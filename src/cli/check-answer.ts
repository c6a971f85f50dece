/** One answer of `check`, and the line of JSON that machines read of it. DESIGN section 3. */
import type { Decision, JudgedViolation } from '../admission/decision.ts'

export interface Answer extends Omit<Decision, 'code'> {
  /** Null where there is no review to answer. */
  readonly uid: string | null
  /** 200, what the guards decided, or what the server answers by HTTP: 400 and 413. */
  readonly code: number
}

/** The answer to what the server does not judge but turn away. */
export function refuseLine(uid: string | null, code: 400 | 413, message: string): Answer {
  return { uid, allowed: false, code, message, warnings: [], violations: [] }
}

/** The answer as one line of JSON. */
export function encodeAnswer({ uid, allowed, code, message, warnings, violations }: Answer): string {
  // What is allowed without a word is most of the input.
  if (allowed && warnings.length === 0 && violations.length === 0) {
    return `{"uid":${JSON.stringify(uid)},"allowed":true,"code":200,"message":"","warnings":[],"violations":[]}\n`
  }
  return `${JSON.stringify({ uid, ...verdictOf({ allowed, code, message, warnings, violations }) })}\n`
}

/** The members of an answer that say what was decided, in their order on the line. */
export function verdictOf({ allowed, code, message, warnings, violations }: Omit<Answer, 'uid'>): object {
  return { allowed, code, message, warnings, violations: violations.map(describeViolation) }
}

function describeViolation({ guard, origin, field, type, value, detail, effect }: JudgedViolation): object {
  return { guard, origin, field, type, value: value ?? null, detail, effect }
}
