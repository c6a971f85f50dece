/** What an update may leave as it is, however wrong. Source: reference/openshell-gateways.md 2.8. */
import type { Violation } from '../guard.ts'
import { quoteShort } from '../violation.ts'
import type { Document } from './document.ts'
import type { Entry } from './entry.ts'
import { origins } from './origins.ts'

/**
 * The entries of `after` that equal one of `before` in content, wherever it stands and however it is written.
 * One stored copy excuses one copy.
 */
export function findStored(before: Document, after: Document): ReadonlySet<Entry> {
  const copies = new Map<string, number>()
  for (const { content } of before.entries ?? []) {
    if (content !== undefined) copies.set(content, (copies.get(content) ?? 0) + 1)
  }
  const stored = new Set<Entry>()
  for (const entry of after.entries ?? []) {
    const left = entry.content === undefined ? 0 : (copies.get(entry.content) ?? 0)
    if (left === 0 || entry.content === undefined) continue
    copies.set(entry.content, left - 1)
    stored.add(entry)
  }
  return stored
}

/** The violations of something stored as one warning that names the tenant, if there is one to name. */
export function keep([first, ...more]: readonly Violation[], name: string | undefined): readonly Violation[] {
  if (first === undefined) return []
  const owner = name === undefined ? '' : `tenant ${quoteShort(name)}: `
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`
  return [{ ...first, stored: true, kept: `${owner}${meaningOf(first.origin)}${rest}` }]
}

function meaningOf(origin: string): string {
  const key = origin.slice(origin.indexOf('/') + 1)
  const meanings: Readonly<Record<string, string>> = origins
  return Object.hasOwn(meanings, key) ? (meanings[key] ?? '') : ''
}
