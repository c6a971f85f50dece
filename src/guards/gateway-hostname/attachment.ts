/** What attaches a Gateway or ListenerSet to the data plane. While it stays, the ratchet excuses. DESIGN section 10. */
import type { GuardInput, Json } from '../guard.ts'
import { canonicalJson, isAbsent, isList, isObject, isSmall, member } from '../json.ts'
import { parentWithDefaults } from '../parent-ref.ts'

/** The fields that attach the object, as they stand. */
export function whereAttached(object: Json): readonly (Json | undefined)[] {
  const spec = member(object, 'spec')
  return ['parentRef', 'gatewayClassName', 'addresses', 'defaultScope'].map((key) => member(spec, key))
}

/** Whether the update leaves the object attached where it was, defaults filled in. */
export function staysAttached({
  object,
  oldObject,
  namespace,
}: Pick<GuardInput, 'object' | 'oldObject' | 'namespace'>): boolean {
  // What is too large to be compared cheaply is taken for moved.
  if (![object, oldObject].flatMap(whereAttached).every(isSmall)) return false
  return attachmentOf(object, namespace) === attachmentOf(oldObject, namespace)
}

function attachmentOf(object: Json, namespace: string): string {
  const [parentRef, gatewayClassName, addresses, defaultScope] = whereAttached(object)
  return canonicalJson([
    parentOf(parentRef, namespace),
    gatewayClassName ?? '',
    withAddressTypes(addresses),
    defaultScope ?? 'None',
  ])
}

function parentOf(ref: Json | undefined, namespace: string): Json {
  return isObject(ref) ? parentWithDefaults(ref, namespace) : (ref ?? null)
}

function withAddressTypes(addresses: Json | undefined): Json {
  if (!isList(addresses)) return addresses ?? []
  return addresses.map((address) => (isObject(address) ? { type: 'IPAddress', ...address } : address))
}

/** Whether a ListenerSet joins a Gateway of another namespace. */
export function attachesToForeignGateway({ object, namespace }: Pick<GuardInput, 'object' | 'namespace'>): boolean {
  const [parentRef] = whereAttached(object)
  const target = member(parentRef, 'namespace')
  return !isAbsent(target) && target !== '' && target !== namespace
}
