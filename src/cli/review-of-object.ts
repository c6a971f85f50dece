import type { Json, JsonObject } from '../guards/guard.ts'
import { member } from '../guards/json.ts'
import { resources, type ResourceRow } from '../guards/resources.ts'
import type { Caller } from '../tenancy/trust.ts'

/** A write of one object, as much of it as an API server knows. */
export interface Write {
  readonly uid: string
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly apiVersion: string
  readonly kind: string
  /** Null on DELETE. */
  readonly object: JsonObject | null
  /** Null on CREATE. */
  readonly oldObject: JsonObject | null
  readonly caller: Caller
  /** For a namespaced object that names none. */
  readonly namespace: string
}

const rows: readonly ResourceRow[] = resources

/** The row of the table that is about a kind; undefined where no guard looks at it. */
export function findRow(apiVersion: string, kind: string): ResourceRow | undefined {
  const { group } = splitVersion(apiVersion)
  return rows.find((row) => row.group === group && row.kind === kind)
}

/** The AdmissionReview that an API server sends for a write. */
export function reviewOfObject({ uid, operation, apiVersion, kind, ...write }: Write): JsonObject {
  const { group, version } = splitVersion(apiVersion)
  const row = findRow(apiVersion, kind)
  const metadata = member(write.object ?? write.oldObject, 'metadata')
  const name = member(metadata, 'name') ?? ''
  const requestKind = { group, version, kind }
  // The plural of a kind that the table does not know is nobody's to guess, and nothing is decided by it.
  const resource = { group, version, resource: row?.resource ?? '' }
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind: requestKind,
      resource,
      requestKind,
      requestResource: resource,
      name,
      namespace: namespaceOf(row, name, member(metadata, 'namespace') ?? '', write.namespace),
      operation,
      userInfo: { username: write.caller.username, groups: write.caller.groups },
      object: write.object,
      oldObject: write.oldObject,
      dryRun: false,
    },
  }
}

function splitVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/')
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1) }
}

function namespaceOf(row: ResourceRow | undefined, name: Json, stated: Json, fallback: string): Json {
  // An API server fills in the name of the Namespace itself (reference/control-plane.md 7).
  if (row?.kind === 'Namespace') return name
  if (stated !== '') return stated
  return row === undefined || row.scope === 'Namespaced' ? fallback : ''
}
