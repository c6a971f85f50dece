import type { Violation } from './guard.ts'
import type { GuardId } from './resources.ts'

/**
 * More values than this in one object are refused unjudged: no object of use comes near, and judging a million
 * of them, which fit into a review, would hold up everybody else's.
 */
export const maxNames = 2_000

/** The violation of a field that holds more values than are judged; undefined if it does not. */
export function refuseTooMany(guard: GuardId, field: string, count: number): Violation | undefined {
  if (count <= maxNames) return undefined
  return {
    field,
    type: 'Forbidden',
    malformed: false,
    detail: `at most ${maxNames} values are judged in one object, and here are more; spread them over several objects`,
    origin: `${guard}/too-many`,
  }
}

/** What {@link refuseTooMany} reports, for the guards' `origins`. */
export const tooManyOrigin = { 'too-many': 'an object holds more values than are judged' } as const
