import { decodeReview, type Malformed, type Review } from '../admission/review.ts'
import type { Json } from '../guards/guard.ts'
import { member } from '../guards/json.ts'
import { resources, type ResourceRow } from '../guards/resources.ts'
import type { Caller } from '../tenancy/trust.ts'
import type { ManifestObject } from './manifest-objects.ts'

/** What a manifest does not say itself. */
export interface ManifestRequest {
  /** For objects without one. */
  readonly namespace: string
  readonly caller: Caller
}

const rows: readonly ResourceRow[] = resources

/** The review that an API server would send when the object is created, through the same decoder as any other. */
export function reviewOfManifest(manifest: ManifestObject, request: ManifestRequest): Review | Malformed {
  const { apiVersion, kind, object } = manifest
  const slash = apiVersion.indexOf('/')
  const group = apiVersion.slice(0, Math.max(slash, 0))
  const version = apiVersion.slice(slash + 1)
  const row = rows.find((candidate) => candidate.group === group && candidate.kind === kind)
  const metadata = member(object, 'metadata')
  const name = member(metadata, 'name') ?? ''
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: `line ${manifest.line}`,
      kind: { group, version, kind },
      // The plural of a kind that the table does not know is nobody's to guess, and nothing is decided by it.
      resource: { group, version, resource: row?.resource ?? '' },
      operation: 'CREATE',
      name,
      namespace: namespaceOf(row, name, member(metadata, 'namespace') ?? '', request.namespace),
      userInfo: request.caller,
      object,
      oldObject: null,
    },
  }
  return decodeReview(Buffer.from(JSON.stringify(review)))
}

function namespaceOf(row: ResourceRow | undefined, name: Json, stated: Json, fallback: string): Json {
  // An API server fills in the name of the Namespace itself (reference/control-plane.md 7).
  if (row?.kind === 'Namespace') return name
  if (stated !== '') return stated
  return row?.scope === 'Cluster' ? '' : fallback
}
