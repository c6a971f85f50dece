import type { Apexes } from '../tenancy/apexes.ts'
import type { OpenTenancy } from '../tenancy/tenancy.ts'
import type { Advice } from './guard.ts'
import type { HostnameField } from './hostname-violation.ts'
import { quoteShort } from './violation.ts'

/**
 * Advice where a name of the own apex lies inside the longer apex of another tenant: a parent may use it
 * (an ACME solver has to), but it takes a child's traffic. Whose it is stays hidden.
 */
export function adviseParentOverChild(
  { field, value }: HostnameField,
  name: string,
  { apex }: OpenTenancy,
  apexes: Apexes,
): Advice | undefined {
  const owner = apexes.ownerOf(name)
  return owner === undefined || owner.apex === apex
    ? undefined
    : { field, text: `${quoteShort(value)} lies inside the apex of a child tenant, which may lose traffic to it` }
}
