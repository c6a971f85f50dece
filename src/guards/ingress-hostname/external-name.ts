/** Names outside the own apex that an Ingress may serve: concrete, and nobody's. */
import { foldCase, inApex, isWildcard, labelCount } from '../../hostnames/name.ts'
import type { Apexes } from '../../tenancy/apexes.ts'
import type { OpenTenancy } from '../../tenancy/tenancy.ts'
import type { Violation } from '../guard.ts'
import { hostnameKey, type HostnameField } from '../hostname-violation.ts'
import type { GuardId } from '../resources.ts'
import { quote, quoteShort } from '../violation.ts'

export const externalOrigins = {
  'not-free': 'a hostname is neither within the apex nor a concrete external name that is nobody’s',
  'ownership-unknown': 'an external name may be free, but not every namespace is known yet; the caller retries',
} as const

/** The violation of a name outside the own apex; undefined if it is a free external name. All folded but the field. */
export function refuseExternal(
  guard: GuardId,
  field: HostnameField,
  name: string,
  { apex }: OpenTenancy,
  apexes: Apexes,
  rootHost: string,
): Violation | undefined {
  if (!isExternal(name, foldCase(rootHost)) || apexes.ownerOf(name) !== undefined || apexes.hasApexBelow(name)) {
    return notFree(guard, field, apex, rootHost !== '')
  }
  // While a namespace may be missing from the list, "nobody's" is not a fact.
  return apexes.complete ? undefined : ownershipUnknown(guard, field)
}

function isExternal(name: string, rootHost: string): boolean {
  return (
    rootHost !== '' && !isWildcard(name) && labelCount(name) >= 2 && !inApex(name, rootHost) && !inApex(rootHost, name)
  )
}

// One sentence for every reason: which of them it is would tell whether the name is somebody's.
function notFree(guard: GuardId, { field, kind, value }: HostnameField, apex: string, areExternal: boolean): Violation {
  const allowed = areExternal ? `'${apex}' or a free external name` : `'${apex}'`
  return {
    field,
    type: 'Forbidden',
    malformed: false,
    value,
    detail: `${quote(value)} must be within ${allowed}; use a name of your own or ask a platform administrator`,
    origin: `${guard}/not-free`,
    ratchetKey: hostnameKey(kind, value),
    kept: `${quoteShort(value)} is neither within '${apex}' nor free`,
  }
}

function ownershipUnknown(guard: GuardId, { field, kind, value }: HostnameField): Violation {
  return {
    field,
    type: 'Forbidden',
    malformed: false,
    value,
    detail: `${quote(value)} may not be used yet: not every namespace is known here, so nobody can tell whether the name is free; retry in a few seconds`,
    origin: `${guard}/ownership-unknown`,
    ratchetKey: hostnameKey(kind, value),
    kept: `${quoteShort(value)} cannot be told to be free`,
  }
}
