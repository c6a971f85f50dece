/**
 * What is wrong with a document and its entries, whoever asks: admission and the loop judge by the same
 * functions. Source: reference/openshell-gateways.md 2.2 to 2.6.
 */
import type { Settings } from '../../tenancy/settings.ts'
import type { Violation } from '../guard.ts'
import { createBudget, judgeConfig, type Budget } from './config-text.ts'
import { judgeClaims, judgeNameForms } from './dns-names.ts'
import type { OwnershipFacts } from './dns-ownership.ts'
import type { Document } from './document.ts'
import { findDuplicates } from './duplicates.ts'
import type { Entry, Stated } from './entry.ts'
import { childField } from './field.ts'
import { judgeImage } from './image-policy.ts'
import { judgeTenantName } from './tenant-name.ts'

/** An entry, judged by itself. */
interface JudgedEntry {
  readonly entry: Entry
  readonly violations: readonly Violation[]
  /** DNS names whose owner is still to be asked for. */
  readonly claims: readonly Stated[]
}

/**
 * The violations of each entry, in the order of the document. `stored` holds the entries that an update leaves
 * as they were: of two entries for one tenant, they were there first.
 */
export function judgeEntries(
  document: Document,
  settings: Settings,
  facts: OwnershipFacts,
  stored: ReadonlySet<Entry> = new Set(),
): ReadonlyMap<Entry, readonly Violation[]> {
  const duplicates = findDuplicates(document.entries ?? [], stored)
  const judged = judgeForms(document, settings).map(({ entry, violations, claims }) => {
    const duplicate = duplicates.get(entry)
    const owned = judgeClaims(claims, entry.name, settings, facts)
    return [entry, [...violations, ...(duplicate === undefined ? [] : [duplicate]), ...owned]] as const
  })
  return new Map(judged)
}

/** Of all entries together, before each is left with its first ones: more are printed nowhere. */
const maxViolations = 1000

const known = new WeakMap<Document, { readonly settings: Settings; readonly judged: readonly JudgedEntry[] }>()

/** Everything that can be said without facts: remembered with the document, for the next review asks again. */
function judgeForms(document: Document, settings: Settings): readonly JudgedEntry[] {
  const hit = known.get(document)
  if (hit?.settings === settings) return hit.judged
  const budget = createBudget()
  let left = maxViolations
  const judged = (document.entries ?? []).map((entry) => {
    const form = judgeForm(entry, settings, budget)
    const violations = left > 0 ? form.violations : keepFirsts(form.violations)
    left -= violations.length
    return { ...form, violations }
  })
  if (left >= 0) known.set(document, { settings, judged })
  return judged
}

/** The first violation of each severity: they decide, and what an update excuses is told by the first of all. */
function keepFirsts(violations: readonly Violation[]): readonly Violation[] {
  const first = violations[0]
  const other = first && violations.find(({ malformed }) => malformed !== first.malformed)
  return [first, other].filter((violation) => violation !== undefined)
}

function judgeForm(entry: Entry, settings: Settings, budget: Budget): JudgedEntry {
  const { name, image, config } = entry
  const nameFault = name === undefined ? undefined : judgeTenantName(name, childField(entry.field, 'name'), settings)
  const names = judgeNameForms(entry, settings)
  const violations = [
    ...entry.faults,
    ...(nameFault === undefined ? [] : [nameFault]),
    ...(image === undefined ? [] : judgeImage(image.text, image.field, settings)),
    ...names.violations,
    ...(config === undefined ? [] : judgeConfig(config, settings, budget)),
  ]
  return { entry, violations, claims: names.claims }
}
