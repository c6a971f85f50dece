/** What an accepted document sets in motion. Source: reference/openshell-gateways.md 2.9. */
import { isLabel } from '../../hostnames/name.ts'
import type { Advice, Facts } from '../guard.ts'
import { createBudget, meaningOf, type Budget } from './config-text.ts'
import { normalizeName } from './dns-names.ts'
import type { Document } from './document.ts'
import type { Entry } from './entry.ts'
import { tenantsOf } from './removal.ts'
import { adviseTenants } from './tenant-list.ts'

/** Names the tenants of `after` that are new and whose namespace nobody knows. */
export function adviseMissing(
  before: Document | undefined,
  after: Document,
  { apexes, namespace }: Pick<Facts, 'apexes' | 'namespace'>,
): readonly Advice[] {
  const stored = before === undefined ? new Set() : tenantsOf(before)
  const added = [...tenantsOf(after)].filter((name) => !stored.has(name))
  const missing = added.filter((name) => isLabel(name) && namespace(name) === undefined)
  const state = apexes.complete ? 'no such namespace' : 'namespace not known yet'
  return adviseTenants(missing, (tenants) => `${state}: ${tenants}; a gateway comes once its namespace exists`)
}

/** Names the tenants that stay, and whose gateway an update restarts or gives a new certificate. */
export function adviseChanges(before: Document, after: Document): readonly Advice[] {
  const stored = firstEntries(before)
  const budget = createBudget()
  const images: string[] = []
  const configs: string[] = []
  const names: string[] = []
  for (const [name, entry] of firstEntries(after)) {
    const old = stored.get(name)
    if (old === undefined || (old.content !== undefined && old.content === entry.content)) continue
    if (old.image?.text !== entry.image?.text || old.odd.image !== entry.odd.image) images.push(name)
    if (hasOtherConfig(old, entry, budget)) configs.push(name)
    if (hasOtherNames(old, entry)) names.push(name)
  }
  return [
    ...adviseTenants(images, (tenants) => `image changes: ${tenants}; each gateway will restart`),
    ...adviseTenants(configs, (tenants) => `config changes: ${tenants}; each gateway will restart`),
    ...adviseTenants(names, (tenants) => `DNS names change: ${tenants}; each gateway gets a new certificate`),
  ]
}

/** The entry that counts for each tenant: of several, the first. */
function firstEntries({ entries }: Document): ReadonlyMap<string, Entry> {
  const firsts = new Map<string, Entry>()
  for (const entry of entries ?? []) {
    if (entry.name !== undefined && !firsts.has(entry.name)) firsts.set(entry.name, entry)
  }
  return firsts
}

function hasOtherConfig(old: Entry, entry: Entry, budget: Budget): boolean {
  if (old.odd.config !== entry.odd.config) return true
  if (old.config?.text === entry.config?.text) return false
  return meaningOf(old.config?.text, budget) !== meaningOf(entry.config?.text, budget)
}

function hasOtherNames(old: Entry, entry: Entry): boolean {
  const before = new Set(old.names.map(({ text }) => normalizeName(text)))
  const after = new Set(entry.names.map(({ text }) => normalizeName(text)))
  return before.size !== after.size || [...after].some((name) => !before.has(name))
}
