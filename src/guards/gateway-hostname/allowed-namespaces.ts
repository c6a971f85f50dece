/** Who may attach to a listener (`allowedRoutes`) or add listeners (`allowedListeners`): advice where it is anybody. */
import type { Settings } from '../../tenancy/settings.ts'
import type { Advice, Json, Verdict, Violation } from '../guard.ts'
import { refuseType, type ReadField } from '../hostname-violation.ts'
import { isAbsent, isList, isObject, member } from '../json.ts'
import type { GuardId } from '../resources.ts'

const nothing: Verdict = { violations: [], advice: [] }

/**
 * Advice where `field` (an `allowedRoutes` or `allowedListeners`) is open to everybody, or to a label that a
 * tenant can set. What cannot be read is malformed.
 */
export function readAllowedNamespaces(
  guard: GuardId,
  field: ReadField,
  what: 'routes' | 'listeners',
  settings: Settings,
): Verdict {
  if (isAbsent(field.value)) return nothing
  if (!isObject(field.value)) return malformed(refuseType(guard, field, 'an object'))
  const namespaces = step(field, 'namespaces')
  if (isAbsent(namespaces.value)) return nothing
  if (!isObject(namespaces.value)) return malformed(refuseType(guard, namespaces, 'an object'))
  const from = step(namespaces, 'from')
  if (isAbsent(from.value)) return nothing
  if (typeof from.value !== 'string') return malformed(refuseType(guard, from, 'a text'))
  const selector = step(namespaces, 'selector')
  const fault = refuseSelector(guard, selector)
  if (fault !== undefined) return malformed(fault)
  if (from.value === 'All') {
    return advise(from.field, `'All' opens it to ${what} of every namespace; select namespaces by name`)
  }
  if (from.value !== 'Selector' || pinsNamespaces(selector.value, settings)) return nothing
  return advise(
    selector.field,
    `opens it to ${what} of any namespace with labels that tenants may set; select by 'kubernetes.io/metadata.name'`,
  )
}

function step({ field, kind, value }: ReadField, key: string): ReadField {
  return { field: `${field}.${key}`, kind: `${kind}.${key}`, value: member(value, key) }
}

function malformed(violation: Violation): Verdict {
  return { violations: [violation], advice: [] }
}

function advise(field: string, text: string): Verdict {
  const advice: Advice = { field, text }
  return { violations: [], advice: [advice] }
}

function refuseSelector(guard: GuardId, selector: ReadField): Violation | undefined {
  if (isAbsent(selector.value)) return undefined
  if (!isObject(selector.value)) return refuseType(guard, selector, 'an object')
  const labels = step(selector, 'matchLabels')
  if (!isAbsent(labels.value) && !isObject(labels.value)) return refuseType(guard, labels, 'an object')
  const expressions = step(selector, 'matchExpressions')
  if (isAbsent(expressions.value)) return undefined
  const readable = isList(expressions.value) && expressions.value.every(isObject)
  return readable ? undefined : refuseType(guard, expressions, 'a list of objects')
}

/** Whether the selector holds every match to the namespace name or a protected label, by equality or `In`. */
function pinsNamespaces(selector: Json | undefined, { protectedLabels, hostLabel }: Settings): boolean {
  const pins = (key: Json | undefined): boolean =>
    typeof key === 'string' &&
    (key === 'kubernetes.io/metadata.name' || key === hostLabel || protectedLabels.includes(key))
  const labels = member(selector, 'matchLabels')
  if (isObject(labels) && Object.keys(labels).some(pins)) return true
  const expressions = member(selector, 'matchExpressions')
  return (
    isList(expressions) &&
    expressions.some((expression) => pins(member(expression, 'key')) && member(expression, 'operator') === 'In')
  )
}
