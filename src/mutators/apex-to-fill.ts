import type { GuardInput, Json } from '../guards/guard.ts'
import { isList, member } from '../guards/json.ts'

/**
 * The apex to fill gaps with, where gaps may be filled at all: on CREATE of an object that people wrote, in
 * a tenant namespace that has an apex. Undefined anywhere else; a closed namespace is left to the guards.
 */
export function apexToFill({ operation, subResource, object, facts }: GuardInput): string | undefined {
  if (operation !== 'CREATE' || subResource !== '' || facts.tenancy.kind !== 'apex') return undefined
  return isMadeByLoop(object) ? undefined : facts.tenancy.apex
}

/** Groups of the objects that a loop provisions gateways from, Gatehouse's own and Cozystack's. */
const loopGroups = ['gatehouse.dev/', 'gateway.cozystack.io/']

/**
 * Whether a reconcile loop made the object: by our label, by Cozystack's, or by its controller where there is
 * no label, as on the redirect route. Whoever fakes one of these only keeps the gap.
 * Source: reference/openshell-gateways.md 3.0, tenant-gateways.md 3.3 and 3.7.
 */
function isMadeByLoop(object: Json): boolean {
  const metadata = member(object, 'metadata')
  const labels = member(metadata, 'labels')
  if (member(labels, 'app.kubernetes.io/managed-by') === 'gatehouse') return true
  if (member(labels, 'cozystack.io/managed-by') !== undefined) return true
  const owners = member(metadata, 'ownerReferences')
  return isList(owners) && owners.some(isLoopOwner)
}

function isLoopOwner(owner: Json): boolean {
  const version = member(owner, 'apiVersion')
  return (
    member(owner, 'controller') === true &&
    typeof version === 'string' &&
    loopGroups.some((group) => version.startsWith(group))
  )
}
