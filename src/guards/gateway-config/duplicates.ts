import type { Violation } from '../guard.ts'
import type { Entry } from './entry.ts'
import { childField } from './field.ts'
import { malformed } from './findings.ts'

/**
 * Finds the entries whose tenant has another one already: every entry after the first of a tenant. A stored
 * entry counts as the first wherever it stands; else a new one could hide in front of it.
 */
export function findDuplicates(entries: readonly Entry[], stored: ReadonlySet<Entry>): ReadonlyMap<Entry, Violation> {
  const firsts = new Map<string, Entry>()
  const duplicates = new Map<Entry, Violation>()
  const inOrder =
    stored.size === 0
      ? entries
      : [...entries.filter((entry) => stored.has(entry)), ...entries.filter((entry) => !stored.has(entry))]
  for (const entry of inOrder) {
    if (entry.name === undefined) continue
    const first = firsts.get(entry.name)
    if (first === undefined) firsts.set(entry.name, entry)
    else duplicates.set(entry, refuseDuplicate(entry, entry.name, first))
  }
  return duplicates
}

function refuseDuplicate({ field }: Entry, name: string, first: Entry): Violation {
  const must = `must have one entry; it has \`${childField(first.field, 'name')}\` too`
  return malformed('name-duplicate', childField(field, 'name'), name, must, 'Duplicate')
}
