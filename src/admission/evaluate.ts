/** Asks one guard and settles what becomes of its violations: ratchet and mode, the same for every guard. */
import type { Advice, Guard, GuardInput, Violation } from '../guards/guard.ts'
import type { Settings } from '../tenancy/settings.ts'
import type { JudgedViolation, Mode } from './decision.ts'
import { renderAdvice, renderKept, renderViolation } from './render.ts'

export interface Evaluation {
  readonly violations: readonly JudgedViolation[]
  /** For the caller, if the object is allowed. */
  readonly warnings: readonly string[]
}

export type ActiveMode = Exclude<Mode, 'disabled'>

/** Throws what the guard throws. */
export function evaluateGuard(guard: Guard, mode: ActiveMode, input: GuardInput, settings: Settings): Evaluation {
  const { violations, advice } = guard.check(input, settings)
  const stored = storedKeys(guard, input, settings, violations)
  return settle(guard, mode, violations, advice, (violation) => isStored(violation, stored))
}

/** Settles violations that the table found, before any guard was asked. */
export function settleViolation(guard: Guard, mode: ActiveMode, violation: Violation): Evaluation {
  return settle(guard, mode, [violation], [], () => false)
}

function settle(
  guard: Guard,
  mode: ActiveMode,
  violations: readonly Violation[],
  advice: readonly Advice[],
  isExcused: (violation: Violation) => boolean,
): Evaluation {
  if (violations.length === 0 && advice.length === 0) return nothing
  const judged: JudgedViolation[] = []
  const warnings: string[] = []
  for (const violation of violations) {
    const excused = isExcused(violation)
    const effect = excused ? 'ratchet' : mode === 'enforce' ? 'deny' : mode
    const settled = { ...violation, guard: guard.id, effect } satisfies JudgedViolation
    judged.push(settled)
    if (mode === 'audit') continue
    if (excused) warnings.push(renderKept(violation))
    else if (mode === 'warn') warnings.push(renderViolation(settled))
  }
  // One at a time: a hostile object earns more advice than a call can take as arguments.
  if (mode !== 'audit') for (const item of advice) warnings.push(renderAdvice(item))
  return { violations: judged, warnings }
}

const nothing: Evaluation = { violations: [], warnings: [] }

function isStored(violation: Violation, stored: ReadonlySet<string>): boolean {
  return violation.stored === true || (violation.ratchetKey !== undefined && stored.has(violation.ratchetKey))
}

const noKeys: ReadonlySet<string> = new Set()

/**
 * The violations that the stored object has already, judged by the same facts. They are compared as a set:
 * repeating a stored one adds nothing. None where the update attaches the object elsewhere.
 */
function storedKeys(
  guard: Guard,
  input: GuardInput,
  settings: Settings,
  violations: readonly Violation[],
): ReadonlySet<string> {
  const { oldObject, operation } = input
  if (operation !== 'UPDATE' || oldObject === null || violations.length === 0) return noKeys
  if (typeof guard.ratchet === 'function' ? !guard.ratchet(input) : !guard.ratchet) return noKeys
  const before = guard.check({ ...input, operation: 'CREATE', object: oldObject, oldObject: null }, settings)
  return new Set(before.violations.flatMap(({ ratchetKey }) => (ratchetKey === undefined ? [] : [ratchetKey])))
}
