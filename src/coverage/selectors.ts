/** Whether a live selector leaves out anything that the expected one lets in. */
import type { Reach } from '../registration/webhooks.ts'
import type { Requirement, Selector } from './live.ts'

export interface Places {
  /** Where Gatehouse itself is. */
  readonly ownNamespace: string
  readonly platformNamespace: string
  /** What names of tenants' namespaces begin with. */
  readonly namespacePrefix: string
}

/** The label that the API server itself puts on every namespace. */
const nameLabel = 'kubernetes.io/metadata.name'

export function isNamespaceSelectorNarrowed(live: Selector, reach: Reach, places: Places): boolean {
  return live.some((requirement) => leavesOut(requirement, reach, places))
}

/** One requirement alone decides: all of them must hold. */
function leavesOut({ key, operator, values }: Requirement, reach: Reach, places: Places): boolean {
  if (key !== nameLabel) return true
  if (reach === 'everywhere') return true
  if (reach === 'platform-only') {
    const isNamed = values.includes(places.platformNamespace)
    return operator === 'In' ? !isNamed : operator === 'NotIn' ? isNamed : operator !== 'Exists'
  }
  const exempt = listExempt(places)
  if (operator === 'NotIn') return values.some((value) => !exempt.includes(value))
  return operator !== 'Exists'
}

/** One that counts as a tenant's must be judged, whoever else lives there. */
function listExempt({ ownNamespace, namespacePrefix }: Places): readonly string[] {
  return [ownNamespace, 'kube-system'].filter((name) => !name.startsWith(namespacePrefix))
}

/** The expected selector in words, as `kubectl get -l` takes it. */
export function describeReach(reach: Reach, places: Places): string {
  if (reach === 'platform-only') return `'${nameLabel} in (${places.platformNamespace})'`
  const exempt = reach === 'everywhere' ? [] : listExempt(places)
  return exempt.length === 0 ? 'no namespaceSelector' : `'${nameLabel} notin (${exempt.join(', ')})'`
}
