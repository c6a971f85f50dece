import { gatewayApi, resources, type GuardId } from '../guards/resources.ts'
import { resourceName, type Gap } from './gap.ts'
import type { ServedResource } from './live.ts'

/**
 * Kinds of the Gateway API through which nobody answers for a name (gateway-api v1.6, CRDs of both channels). The
 * group of experiments is covered as a whole: in a tenant's namespace nothing else of it may be written.
 */
const harmless: ReadonlySet<string> = new Set([
  'backendlbpolicies',
  'backendtlspolicies',
  'backendtrafficpolicies',
  'gatewayclasses',
  'referencegrants',
])

/** Kinds of the Gateway API that came after the table: a new kind of route would go unjudged. */
export function findUnknownKinds(served: readonly ServedResource[], guards: readonly GuardId[]): readonly Gap[] {
  if (!guards.includes('route-hostname') && !guards.includes('gateway-hostname')) return []
  const known = new Set(resources.filter(({ group }) => group === gatewayApi).map(({ resource }) => resource))
  const unknown = served.filter(
    ({ group, resource }) => group === gatewayApi && !known.has(resource) && !harmless.has(resource),
  )
  const names = new Map(unknown.map(({ group, resource, kind }) => [resourceName(resource, group), kind]))
  return Array.from(names, ([resource, kind]) => ({
    resource,
    kind: 'unknown-kind',
    mutating: false,
    text: `${kind} (${resource}) is served, and this version of Gatehouse does not know it: writes of it are not judged`,
    remedy: 'Install a version of Gatehouse that knows it, or keep tenants from writing it by RBAC',
  }))
}
