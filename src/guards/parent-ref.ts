/** What a `parentRef` of the Gateway API means where it leaves something out. Source: reference/tenant-gateways.md 2.2. */
import type { Json, JsonObject, Violation } from './guard.ts'
import { refuseType } from './hostname-violation.ts'
import { isAbsent, isObject, member } from './json.ts'
import { gatewayApi, type GuardId } from './resources.ts'

export const parentDefaults = { group: gatewayApi, kind: 'Gateway' } as const

/** Group, kind, namespace and name of the parent; `namespace` is where the reference stands. */
export function parentWithDefaults(ref: JsonObject, namespace: string): readonly Json[] {
  return [
    member(ref, 'group') ?? parentDefaults.group,
    member(ref, 'kind') ?? parentDefaults.kind,
    member(ref, 'namespace') || namespace,
    member(ref, 'name') ?? '',
  ]
}

const texts = ['group', 'kind', 'namespace', 'name', 'sectionName'] as const

/** The violation of a reference that cannot be read; undefined if it can. */
export function refuseParentRef(guard: GuardId, field: string, value: Json): Violation | undefined {
  if (!isObject(value)) return refuseType(guard, { field, kind: 'parent-ref', value }, 'an object')
  for (const key of texts) {
    const text = member(value, key)
    if (!isAbsent(text) && typeof text !== 'string') {
      return refuseType(guard, { field: `${field}.${key}`, kind: `parent-ref-${key}`, value: text }, 'a text')
    }
  }
  const port = member(value, 'port')
  return isAbsent(port) || Number.isInteger(port)
    ? undefined
    : refuseType(guard, { field: `${field}.port`, kind: 'parent-ref-port', value: port }, 'a whole number')
}
