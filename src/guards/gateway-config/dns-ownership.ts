/** Who may have a DNS name in a certificate. Source: reference/openshell-gateways.md 2.5. */
import { foldCase, inApex, isApex, isLabel, isWildcard } from '../../hostnames/name.ts'
import type { Settings } from '../../tenancy/settings.ts'
import { labelOf } from '../../tenancy/tenancy.ts'
import type { Facts } from '../guard.ts'
import { placeInCluster } from './cluster-name.ts'
import { baseOf, loopbackName } from './dns-name.ts'

export type OwnershipFacts = Pick<Facts, 'apexes' | 'namespace'>

/** What is known of a tenant whose names are judged. */
export interface Tenant {
  /** Its namespace; undefined where the entry names none that could exist. */
  readonly namespace: string | undefined
  /** Folded; undefined where it has none. */
  readonly apex: string | undefined
  /** Nobody knows the namespace, and the list that could tell is not there yet. */
  readonly isUnknown: boolean
}

export type Ownership =
  | 'owned'
  /** Belongs to the platform or to somebody else; which of the two is nobody's business. */
  | 'foreign'
  | 'wildcard'
  | 'in-cluster'
  /** Rests on nobody owning it, which is not known yet. */
  | 'unknown'

/** What the facts say of the tenant called `name`. */
export function tenantOf(name: string | undefined, settings: Settings, { apexes, namespace }: OwnershipFacts): Tenant {
  // No namespace has such a name, and it may hold characters that no message should.
  if (!isLabel(name)) return { namespace: undefined, apex: undefined, isUnknown: false }
  const known = namespace(name)
  const label = known && labelOf(known, settings.hostLabel)
  return {
    namespace: name,
    apex: isApex(label) ? foldCase(label) : undefined,
    isUnknown: known === undefined && !apexes.complete,
  }
}

/** Whether a tenant may have `name`, which must be a well-formed DNS name in lower case. */
export function judgeOwnership(name: string, tenant: Tenant, settings: Settings, facts: OwnershipFacts): Ownership {
  const { apexes } = facts
  const base = baseOf(name)
  const owner = apexes.ownerOf(base)
  const { apex } = tenant
  // The cluster comes before the apex: no label of a namespace can make names that the cluster resolves a
  // tenant's. It goes by position, so `kubernetes.default.svc.<apex>` is the tenant's all the same.
  const place = placeInCluster(name, tenant.namespace, settings, facts)
  if (place === 'foreign' && !isWildcard(name)) return 'in-cluster'
  // The own apex comes from the namespace itself, which may have been read after the index was told of it.
  if (apex !== undefined && inApex(base, apex) && (owner === undefined || owner.apex.length <= apex.length)) {
    if (isWildcard(name) && place !== 'outside') return 'in-cluster'
    // A longer apex inside the own one would take names away.
    if (!apexes.complete) return 'unknown'
    return isWildcard(name) && coversOthers(base, settings, facts) ? 'wildcard' : 'owned'
  }
  if (isWildcard(name)) return tenant.isUnknown ? 'unknown' : 'wildcard'
  if (tenant.isUnknown && place !== 'own') return base === loopbackName ? 'owned' : 'unknown'
  if (owner !== undefined) return 'foreign'
  if (place === 'own') return 'owned'
  if (settings.rootHost !== '' && inApex(base, foldCase(settings.rootHost))) return 'foreign'
  // Every certificate holds the loopback name anyway: nobody can own it.
  return apexes.complete || base === loopbackName ? 'owned' : 'unknown'
}

/** Whether a wildcard over `base` reaches the apex of somebody else or the cluster domain. */
function coversOthers(base: string, { clusterDomain }: Settings, { apexes }: OwnershipFacts): boolean {
  return apexes.hasApexBelow(base) || inApex(foldCase(clusterDomain), base)
}
