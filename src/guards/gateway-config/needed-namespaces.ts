import { isLabel } from '../../hostnames/name.ts'
import type { Settings } from '../../tenancy/settings.ts'
import { isTenantNamespace } from '../../tenancy/tenancy.ts'
import type { Document } from './document.ts'
import type { Entry } from './entry.ts'
import { findStored } from './ratchet.ts'
import { tenantsOf } from './removal.ts'

/** A long document must not cost the API server a read for each of its entries. */
const maxNamespaces = 32

/**
 * The namespaces whose facts decide: those of entries that are new or changed, then what names like
 * `service.namespace` in them could stand for. An entry that stays as it is is excused whatever is known.
 */
export function neededNamespaces(
  before: Document | undefined,
  after: Document,
  settings: Pick<Settings, 'namespacePrefix'>,
): readonly string[] {
  const stored = before === undefined ? new Set<Entry>() : findStored(before, after)
  const tenants = before === undefined ? new Set<string>() : tenantsOf(before)
  const changed = (after.entries ?? []).filter((entry) => !stored.has(entry))
  const needed = new Set<string>()
  for (const { name, names } of changed) {
    // Of a tenant that stays, only the apex matters, and that only to names.
    const isNeeded = name !== undefined && (!tenants.has(name) || names.length > 0)
    if (isNeeded && isLabel(name) && isTenantNamespace(name, settings)) needed.add(name)
    if (needed.size === maxNamespaces) return [...needed]
  }
  for (const { text } of changed.flatMap(({ names }) => names)) {
    const [, namespace, ...more] = text.split('.', 3)
    if (more.length === 0 && isLabel(namespace)) needed.add(namespace)
    if (needed.size === maxNamespaces) break
  }
  return [...needed]
}
