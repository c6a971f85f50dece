import { foldCase, inApex } from '../../hostnames/name.ts'
import type { Settings } from '../../tenancy/settings.ts'
import type { Facts } from '../guard.ts'

/** Where a name stands among the names that resolve inside the cluster. */
export type ClusterPlace = 'own' | 'foreign' | 'outside'

/** The API server's own Service, by its names relative to the cluster domain. */
const reserved: ReadonlySet<string> = new Set(['kubernetes.default', 'kubernetes.default.svc'])

/** What follows the namespace in the name of a Service or of a pod. */
const zones: ReadonlySet<string> = new Set(['svc', 'pod'])

/**
 * Places `name` in the cluster, whatever apex it lies in: names under the cluster domain, short names ending in
 * `.svc` or `.pod`, and `service.namespace`. Whatever stands under the cluster domain without being the tenant's
 * belongs to the cluster. A wildcard stands where the names it covers do.
 */
export function placeInCluster(
  name: string,
  namespace: string | undefined,
  settings: Pick<Settings, 'clusterDomain'>,
  facts: Pick<Facts, 'namespace'>,
): ClusterPlace {
  const domain = foldCase(settings.clusterDomain)
  const isBelow = inApex(name, domain)
  const relative = isBelow ? name.slice(0, -domain.length - 1) : name
  if (reserved.has(relative)) return 'foreign'
  const labels = relative.split('.')
  if (zones.has(labels.at(-1) ?? '')) {
    return labels.length > 2 && labels.at(-2) === namespace ? 'own' : 'foreign'
  }
  if (isBelow) return 'foreign'
  const [, second, ...more] = labels
  if (second === undefined || more.length > 0) return 'outside'
  if (second === namespace) return 'own'
  return facts.namespace(second) === undefined ? 'outside' : 'foreign'
}
