import type { Json, Violation, ViolationType } from '../guard.ts'
import type { Origin } from './origins.ts'

/** A violation of form: 422, with the value it was found in. */
export function malformed(
  origin: Origin,
  field: string,
  value: Json,
  detail: string,
  type: Exclude<ViolationType, 'Forbidden' | 'Required'> = 'Invalid',
): Violation {
  return { field, type, malformed: true, value, detail, origin: `gateway-config/${origin}` }
}

/** A violation of form: 422, since something is not there. */
export function missing(origin: Origin, field: string, detail: string): Violation {
  return { field, type: 'Required', malformed: true, detail, origin: `gateway-config/${origin}` }
}

/** A violation of policy: 403; the sentence carries the value. */
export function forbidden(origin: Origin, field: string, detail: string): Violation {
  return { field, type: 'Forbidden', malformed: false, detail, origin: `gateway-config/${origin}` }
}

export interface Findings {
  readonly list: readonly Violation[]
  add(violation: Violation): void
}

/**
 * Gathers violations, of each severity the first `most`. A hostile document of 1 MiB earns hundreds of
 * thousands; nobody reads them, and the verdict needs one of each severity. Those that an update excuses count
 * apart: however many there are, they must not push out the one that denies.
 */
export function createFindings(most: number): Findings {
  const list: Violation[] = []
  const counts = { form: 0, policy: 0, kept: 0 }
  return {
    list,
    add(violation) {
      const kind = violation.stored === true ? 'kept' : violation.malformed ? 'form' : 'policy'
      if (counts[kind]++ < most) list.push(violation)
    },
  }
}
