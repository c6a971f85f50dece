import type { Json, JsonObject, Violation } from './guard.ts'
import { refuseType, type HostnameField } from './hostname-violation.ts'
import { isAbsent, isObject, member } from './json.ts'
import type { GuardId } from './resources.ts'

/** The values of an object that are read as DNS names, and what of it cannot be read. */
export interface HostnameFields {
  readonly fields: readonly HostnameField[]
  readonly faults: readonly Violation[]
}

export interface Spec {
  /** Undefined where there is none, or none that can be read. */
  readonly spec: JsonObject | undefined
  readonly fault: Violation | undefined
}

/** The `spec` of an object, or the violation of one that is no object. */
export function readSpec(guard: GuardId, object: Json): Spec {
  const value = member(object, 'spec')
  if (isObject(value)) return { spec: value, fault: undefined }
  const field = { field: 'spec', kind: 'spec', value }
  return { spec: undefined, fault: isAbsent(value) ? undefined : refuseType(guard, field, 'an object') }
}

/** A `spec` that cannot be read, as it stands; null for one that can, so that turning into one is a change. */
export function unreadableSpec(object: Json): Json {
  const value = member(object, 'spec')
  return isAbsent(value) || isObject(value) ? null : value
}
