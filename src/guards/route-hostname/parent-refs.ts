/** What a route attaches to: `spec.parentRefs` with the defaults of the Gateway API filled in. */
import type { Settings } from '../../tenancy/settings.ts'
import { isTenantNamespace, labelOf } from '../../tenancy/tenancy.ts'
import type { Advice, GuardInput, Json, JsonObject, Violation } from '../guard.ts'
import { refuseType } from '../hostname-violation.ts'
import { refuseTooMany } from '../too-many.ts'
import { canonicalJson, isList, isObject, isSmall, member } from '../json.ts'
import { parentDefaults, parentWithDefaults, refuseParentRef } from '../parent-ref.ts'
import { gatewayApiGroups, listenerKinds, type GuardId } from '../resources.ts'
import { quoteShort } from '../violation.ts'

export interface ParentRef {
  readonly field: string
  readonly group: string
  readonly kind: string
  /** Empty: the namespace of the route. */
  readonly namespace: string
  readonly name: string
}

export interface ParentRefs {
  readonly refs: readonly ParentRef[]
  readonly faults: readonly Violation[]
}

/** The parents of a route, and what of them cannot be read. */
export function readParentRefs(guard: GuardId, object: Json): ParentRefs {
  const parentRefs = member(member(object, 'spec'), 'parentRefs')
  if (parentRefs === undefined) return { refs: [], faults: [] }
  if (!isList(parentRefs)) {
    const field = { field: 'spec.parentRefs', kind: 'parent-refs', value: parentRefs }
    return { refs: [], faults: [refuseType(guard, field, 'a list of parents')] }
  }
  const tooMany = refuseTooMany(guard, 'spec.parentRefs', parentRefs.length)
  if (tooMany !== undefined) return { refs: [], faults: [tooMany] }
  const refs: ParentRef[] = []
  const faults: Violation[] = []
  for (const [at, value] of parentRefs.entries()) {
    const field = `spec.parentRefs[${at}]`
    const fault = refuseParentRef(guard, field, value)
    if (fault !== undefined) faults.push(fault)
    else if (isObject(value)) refs.push(readRef(field, value))
  }
  return { refs, faults }
}

function readRef(field: string, ref: JsonObject): ParentRef {
  return {
    field,
    group: textOf(ref, 'group') ?? parentDefaults.group,
    kind: textOf(ref, 'kind') ?? parentDefaults.kind,
    namespace: textOf(ref, 'namespace') ?? '',
    name: textOf(ref, 'name') ?? '',
  }
}

function textOf(ref: JsonObject, key: string): string | undefined {
  const value = member(ref, key)
  return typeof value === 'string' ? value : undefined
}

/**
 * Advice for parents in another tenant's namespace, but for the one that the own gateway label names. A
 * Service of a mesh and a Gateway of the platform are nobody's apex.
 */
export function adviseForeignParents(
  refs: readonly ParentRef[],
  { namespace, facts }: Pick<GuardInput, 'namespace' | 'facts'>,
  settings: Settings,
): readonly Advice[] {
  const foreign = refs.filter(
    (ref) =>
      gatewayApiGroups.includes(ref.group) &&
      listenerKinds.includes(ref.kind) &&
      ref.namespace !== '' &&
      ref.namespace !== namespace &&
      isTenantNamespace(ref.namespace, settings),
  )
  if (foreign.length === 0) return []
  const own = facts.namespace(namespace)
  const gatewayNamespace = own === undefined ? undefined : labelOf(own, settings.gatewayLabel)
  return foreign
    .filter((ref) => ref.namespace !== gatewayNamespace)
    .map(({ field, kind, name }) => ({
      field,
      text: `${kind} ${quoteShort(name)} belongs to another tenant; traffic may never arrive through it`,
    }))
}

/**
 * Whether every parent of the new route is one of the old route too (group, kind, namespace, name,
 * sectionName, port, defaults filled in). Only then does the ratchet excuse anything: DESIGN section 10.
 */
export function attachesNowhereNew({
  object,
  oldObject,
  namespace,
}: Pick<GuardInput, 'object' | 'oldObject' | 'namespace'>): boolean {
  // What is too large to be compared cheaply is taken for moved.
  if (![object, oldObject].every((route) => isSmall(member(member(route, 'spec'), 'parentRefs')))) return false
  const before = new Set(parentKeys(oldObject, namespace))
  return parentKeys(object, namespace).every((key) => before.has(key))
}

function parentKeys(object: Json, namespace: string): string[] {
  const spec = member(object, 'spec')
  const parentRefs = member(spec, 'parentRefs') ?? []
  // Attaches the route to every default Gateway without a parent (Gateway API, experimental channel).
  const defaults = member(spec, 'useDefaultGateways') ?? 'None'
  return [...(isList(parentRefs) ? parentRefs : [parentRefs]), ...(defaults === 'None' ? [] : [defaults])].map((ref) =>
    canonicalJson(isObject(ref) ? attachmentOf(ref, namespace) : ref),
  )
}

function attachmentOf(ref: JsonObject, namespace: string): readonly Json[] {
  return [...parentWithDefaults(ref, namespace), member(ref, 'sectionName') ?? '', member(ref, 'port') ?? '']
}
