import { isLabel } from '../../hostnames/name.ts'
import type { Settings } from '../../tenancy/settings.ts'
import { isTenantNamespace } from '../../tenancy/tenancy.ts'
import type { Violation } from '../guard.ts'
import { quote } from '../violation.ts'
import { forbidden, malformed } from './findings.ts'

/** Judges a stated tenant name by itself. Source: reference/openshell-gateways.md 2.3. */
export function judgeTenantName(
  name: string,
  field: string,
  settings: Pick<Settings, 'namespacePrefix' | 'platformNamespace'>,
): Violation | undefined {
  if (!isLabel(name)) {
    const must = "must be 1 to 63 of 'a-z', '0-9' and '-', starting and ending with a letter or a digit"
    return malformed('name-malformed', field, name, must)
  }
  if (name === settings.platformNamespace) {
    const must = 'must be the namespace of a tenant, and not the platform namespace'
    return forbidden('name-platform', field, `${quote(name)} ${must}`)
  }
  if (isTenantNamespace(name, settings)) return undefined
  const prefix = settings.namespacePrefix
  return forbidden(
    'name-prefix',
    field,
    `${quote(name)} must start with '${prefix}'; only tenant namespaces may have a gateway`,
  )
}
