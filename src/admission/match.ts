import { resources, retiredGroups, type GuardId, type ResourceRow } from '../guards/resources.ts'
import type { Review } from './review.ts'

/** What the table says of a request, before any guard is asked. */
export interface Match {
  readonly guard: GuardId
  readonly rule:
    | 'judged'
    /** A subresource through which nothing guarded can change. */
    | 'unjudged'
    | 'unknown-version'
    | 'unknown-subresource'
    | 'unknown-operation'
    | 'retired-group'
    /** A DELETE that the guard does not judge. */
    | 'deleted'
}

const byPlural: ReadonlyMap<string, readonly ResourceRow[]> = Map.groupBy(resources, ({ resource }) => resource)
const byKind: ReadonlyMap<string, readonly ResourceRow[]> = Map.groupBy(resources, ({ kind }) => kind)
const none: readonly Match[] = []

/**
 * Which guards look at this request and how; undefined where `kind` and `resource` do not belong together.
 * DELETE comes first, then operation, version and subresource (DESIGN section 10).
 */
export function matchResource(review: Review): readonly Match[] | undefined {
  const { kind, resource } = review
  const rows = byPlural.get(resource.resource)?.filter(({ group }) => group === resource.group) ?? []
  if (rows.length === 0) {
    // A guarded kind under a plural that is not its own would slip past the table.
    if (byKind.get(kind.kind)?.some(({ group }) => group === kind.group) === true) return undefined
    return matchRetired(review)
  }
  return rows.every((row) => belongs(review, row)) ? rows.map((row) => matchRow(review, row)) : undefined
}

function belongs({ kind, resource, subResource }: Review, row: ResourceRow): boolean {
  // A subresource that the table does not know may be of a kind of its own; it is refused below.
  if (!isKnownSubresource(subResource, row)) return true
  return kind.kind === row.kind && kind.group === row.group && kind.version === resource.version
}

function isKnownSubresource(subResource: string, row: ResourceRow): boolean {
  return subResource === '' || Object.hasOwn(row.subresources, subResource)
}

function matchRow(review: Review, row: ResourceRow): Match {
  return { guard: row.guard, rule: ruleOf(review, row) }
}

function ruleOf({ operation, resource, subResource }: Review, row: ResourceRow): Match['rule'] {
  if (operation === 'DELETE') return row.operations.includes('DELETE') ? 'judged' : 'deleted'
  if (operation !== 'CREATE' && operation !== 'UPDATE') return 'unknown-operation'
  if (!row.versions.includes('*') && !row.versions.includes(resource.version)) return 'unknown-version'
  if (subResource === '') return 'judged'
  return Object.hasOwn(row.subresources, subResource)
    ? (row.subresources[subResource] ?? 'unknown-subresource')
    : 'unknown-subresource'
}

function matchRetired({ kind, resource, operation }: Review): readonly Match[] | undefined {
  const retired = retiredGroups.find(({ group }) => group === resource.group)
  if (retired === undefined) return none
  if (kind.group !== resource.group) return undefined
  return [{ guard: retired.guard, rule: operation === 'DELETE' ? 'deleted' : 'retired-group' }]
}
