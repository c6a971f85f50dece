import type { Facts } from '../guards/guard.ts'
import type { Settings } from '../tenancy/settings.ts'
import { labelOf, tenancyOf } from '../tenancy/tenancy.ts'
import type { NamespaceGetter } from './ports.ts'

/** What is known at this moment, for a request in `namespace`. */
export function factsOf(namespace: string, namespaces: NamespaceGetter, settings: Settings): Facts {
  return {
    tenancy: tenancyOf(namespace, namespaces.get(namespace), settings),
    apexes: namespaces.apexes,
    namespace: (name) => namespaces.get(name),
  }
}

/**
 * Reads a namespace live where it is unknown or has no host label: one just made may be ahead of the watch, and so
 * may be its label. Undefined where what is known is enough, or a read is pointless.
 */
export function refreshUnlessKnown(
  name: string,
  namespaces: NamespaceGetter,
  settings: Settings,
  deadline: number,
): Promise<void> | undefined {
  const known = namespaces.get(name)
  return known !== undefined && labelOf(known, settings.hostLabel) !== undefined
    ? undefined
    : namespaces.refresh(name, deadline)
}
