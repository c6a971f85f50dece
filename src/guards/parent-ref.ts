/** What a `parentRef` of the Gateway API means where it leaves something out. Source: reference/tenant-gateways.md 2.2. */
import type { Json, JsonObject } from './guard.ts'
import { member } from './json.ts'
import { gatewayApi } from './resources.ts'

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
