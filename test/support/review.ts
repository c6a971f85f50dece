import type { JsonObject } from '../../src/guards/guard.ts'
import { resources } from '../../src/guards/resources.ts'

/** What a test says of a request; the rest follows from the table of resources. */
export interface ReviewParts {
  readonly kind: string
  readonly namespace?: string
  readonly object: JsonObject | null
  readonly oldObject?: JsonObject | null
  readonly operation?: string
  /** In place of the group, version and kind of the table. */
  readonly gvk?: { readonly group: string; readonly version: string; readonly kind: string }
  readonly [other: string]: unknown
}

/** An AdmissionReview for a guarded kind, in `tenant-alice` and by nobody unless said otherwise. */
export function createReview({ kind, gvk, ...request }: ReviewParts): JsonObject {
  const row = resources.find((candidate) => candidate.kind === kind)
  if (row === undefined) throw new Error(`no guarded kind ${kind}`)
  const version = row.versions[0] === '*' ? 'v1' : (row.versions[0] ?? '')
  return JSON.parse(
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid: '3f0b8f4e-0000-4000-8000-000000000001',
        kind: gvk ?? { group: row.group, version, kind },
        resource: { group: row.group, version, resource: row.resource },
        namespace: 'tenant-alice',
        name: 'shop',
        operation: (request.oldObject ?? null) === null ? 'CREATE' : 'UPDATE',
        userInfo: { username: 'alice', groups: ['system:authenticated'] },
        oldObject: null,
        ...request,
      },
    }),
  )
}
