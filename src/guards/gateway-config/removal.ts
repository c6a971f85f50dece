/** No mass deletion by accident. Source: reference/openshell-gateways.md 2.7. */
import type { Advice, Json, Violation } from '../guard.ts'
import { member } from '../json.ts'
import { isEmptyList, type Document } from './document.ts'
import { documentField } from './field.ts'
import { forbidden } from './findings.ts'
import { adviseTenants, listTenants } from './tenant-list.ts'

const acknowledgement = 'gatehouse.dev/allow-removal'

const remedy = `set the annotation '${acknowledgement}: "true"'`

/** The annotation as it stands, whatever it is. */
export function acknowledgementOf(configMap: Json): Json | undefined {
  return member(member(member(configMap, 'metadata'), 'annotations'), acknowledgement)
}

/** Whether the removal is acknowledged: by this annotation with this value, to the letter. */
export function isAcknowledged(configMap: Json): boolean {
  return acknowledgementOf(configMap) === 'true'
}

/** The tenants of a document, each once; names that could be none count, for somebody wrote them. */
export function tenantsOf({ entries }: Document): ReadonlySet<string> {
  return new Set((entries ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])))
}

/**
 * Refuses an update without acknowledgement that drops more than one and more than half of the stored tenants,
 * or all of a document whose tenants nobody can tell. An unreadable new document is refused as such.
 */
export function refuseRemoval(before: Document, after: Document): readonly Violation[] {
  if (after.entries === undefined) return []
  if (isEmptyList(after) && !areTenantsKnown(before)) {
    const must = 'an empty list may only replace a document whose entries all name their tenant'
    const why = 'nobody can tell whom it removes; correct the stored text first'
    return [forbidden('removal', documentField, `${must}: ${why} or ${remedy}`)]
  }
  const total = tenantsOf(before).size
  const gone = removedTenants(before, after)
  if (gone.length < 2 || gone.length * 2 <= total) return []
  const text = `an update may remove one tenant, or up to half of them, and not ${gone.length} of ${total}: ${listTenants(gone)}; remove fewer at a time, or ${remedy} in the same update`
  return [forbidden('removal', documentField, text)]
}

/** An entry without a readable name stands for some tenant: unknown is not empty. */
function areTenantsKnown({ entries }: Document): boolean {
  return entries?.every(({ name }) => name !== undefined) === true
}

/** Names the tenants that an update removes. */
export function adviseRemoval(before: Document, after: Document): readonly Advice[] {
  if (after.entries === undefined) return []
  const say = (tenants: string) => `removed: ${tenants}; each gateway is deleted after a grace period`
  return adviseTenants(removedTenants(before, after), say)
}

function removedTenants(before: Document, after: Document): readonly string[] {
  const left = tenantsOf(after)
  return [...tenantsOf(before)].filter((name) => !left.has(name))
}

/** Refuses to delete the ConfigMap, unless its document is a literal empty list or the loss is acknowledged. */
export function refuseDeletion(): Violation {
  return forbidden(
    'deletion',
    documentField,
    `the ConfigMap may only be deleted when its list is '[]'; empty the list first, or ${remedy} on it before deleting it`,
  )
}

/** Deleting is no way to tear gateways down: the loop keeps the last good document. DESIGN section 12. */
export const deletionAdvice: Advice = {
  field: documentField,
  text: "deleting the ConfigMap removes no gateway; to remove them all, write '[]' instead",
}
