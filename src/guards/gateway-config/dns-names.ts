/** The DNS names of one entry: count, form and repetition (422), and who may have them (403). */
import type { Settings } from '../../tenancy/settings.ts'
import type { Violation } from '../guard.ts'
import { quote } from '../violation.ts'
import { explainDnsName } from './dns-name.ts'
import { judgeOwnership, tenantOf, type Ownership, type OwnershipFacts, type Tenant } from './dns-ownership.ts'
import type { Entry, Stated } from './entry.ts'
import { forbidden, malformed } from './findings.ts'
import { parseAddress } from './ip-address.ts'
import { hideUserInfo } from './user-info.ts'

/** An over-long list is judged this far at least: every error at once, and no flood of them. */
const minJudgedNames = 1000

/** What can be said of the names without knowing the cluster. */
export interface JudgedNames {
  readonly violations: readonly Violation[]
  /** The well-formed DNS names, each once: what is left is whose they are. */
  readonly claims: readonly Stated[]
}

/** Judges form, repetition and number. The names of an over-long list are judged too, as far as they are bounded. */
export function judgeNameForms(entry: Entry, { maxDnsNames }: Pick<Settings, 'maxDnsNames'>): JudgedNames {
  const violations: Violation[] = []
  const claims: Stated[] = []
  const met = new Set<string>()
  if (entry.nameCount > maxDnsNames) {
    const must = `must have at most ${maxDnsNames} names`
    violations.push(malformed('dns-names-too-many', entry.namesField, `${entry.nameCount} names`, must))
  }
  for (const stated of entry.names.slice(0, Math.max(maxDnsNames, minJudgedNames))) {
    const address = parseAddress(stated.text)
    const must = address === undefined ? explainDnsName(stated.text) : undefined
    const value = normalizeName(stated.text)
    if (must !== undefined) {
      violations.push(malformed('dns-name-malformed', stated.field, hideUserInfo(stated.text), must))
    } else if (met.has(value)) {
      const once = 'must be listed once; another spelling of an address counts'
      violations.push(malformed('dns-name-duplicate', stated.field, stated.text, once, 'Duplicate'))
    } else if (address === undefined) {
      claims.push(stated)
    }
    met.add(value)
  }
  return { violations, claims }
}

/** Equal for names that are the same in a certificate. */
export function normalizeName(text: string): string {
  return parseAddress(text)?.value ?? text
}

/** Judges whose the names are. */
export function judgeClaims(
  claims: readonly Stated[],
  name: string | undefined,
  settings: Settings,
  facts: OwnershipFacts,
): readonly Violation[] {
  if (claims.length === 0) return []
  const tenant = tenantOf(name, settings, facts)
  return claims.flatMap(({ field, text }) => {
    const ownership = judgeOwnership(text, tenant, settings, facts)
    return ownership === 'owned' ? [] : [refuseName(field, text, ownership, tenant, settings)]
  })
}

function refuseName(
  field: string,
  text: string,
  ownership: Exclude<Ownership, 'owned'>,
  tenant: Tenant,
  settings: Settings,
): Violation {
  const name = quote(text)
  const within = explainApex(tenant, settings)
  switch (ownership) {
    // One text for names of the platform, of nobody and of others: the answer must not tell them apart.
    case 'foreign':
      return forbidden(
        'dns-name-foreign',
        field,
        `${name} must lie within ${within}, or be a free name outside the platform; use such a name or ask a platform administrator`,
      )
    case 'wildcard':
      return forbidden(
        'dns-name-wildcard',
        field,
        `${name} must lie within ${within}, and must not cover a name that is not the tenant's; list the names one by one`,
      )
    case 'in-cluster':
      return forbidden(
        'dns-name-in-cluster',
        field,
        `${name} may only be an in-cluster name of the tenant's own namespace, like ${explainService(tenant, settings)}`,
      )
    case 'unknown':
      return forbidden(
        'dns-name-unknown',
        field,
        `${name} may not be used yet, since the list of namespaces is not complete; retry in a moment`,
      )
  }
}

function explainApex({ namespace, apex }: Tenant, { hostLabel }: Pick<Settings, 'hostLabel'>): string {
  if (namespace === undefined) return "the tenant's apex (the entry names no tenant)"
  const owner = `the apex of namespace ${quote(namespace)}`
  return apex === undefined
    ? `${owner} (label '${hostLabel}'; it has none)`
    : `'${apex}', ${owner} (label '${hostLabel}')`
}

function explainService({ namespace }: Tenant, { clusterDomain }: Pick<Settings, 'clusterDomain'>): string {
  return `'openshell-gateway.${namespace ?? '<tenant>'}.svc.${clusterDomain}'`
}
