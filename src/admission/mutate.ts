/** Fills the gaps that the mutators name, never refuses, never touches what the user wrote. DESIGN section 6. */
import type { GuardInput } from '../guards/guard.ts'
import type { Mutator, MutatorId, PatchOperation } from '../mutators/mutator.ts'
import type { Settings } from '../tenancy/settings.ts'
import { isTenantNamespace } from '../tenancy/tenancy.ts'
import type { Call } from './admission.ts'
import { factsOf, refreshUnlessKnown } from './facts.ts'
import { matchResource } from './match.ts'
import type { NamespaceGetter, Recorder } from './ports.ts'
import type { Review } from './review.ts'

/** A mutator that is switched on, with its settings in it. */
export interface ConfiguredMutator {
  readonly id: MutatorId
  readonly resources: Mutator<unknown>['resources']
  patch(input: GuardInput): readonly PatchOperation[]
}

export interface MutationDeps {
  readonly namespaces: NamespaceGetter
  readonly recorder: Pick<Recorder, 'fault'>
  /** Read once a review, so that a reload takes effect between two reviews and never within one. */
  readonly policy: () => { readonly settings: Settings; readonly mutators: readonly ConfiguredMutator[] }
}

export type Filled =
  | {
      readonly kind: 'filled'
      readonly family: MutatorId | 'none'
      readonly operations: readonly PatchOperation[]
    }
  /** `kind` and `resource` of the request do not belong together. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'overload' }

/** Tells what to add to an object. A gap that cannot be filled is left to the guards, which judge the result anyway. */
export function fill(review: Review, deps: MutationDeps, call: Call): Filled | Promise<Filled> {
  if (matchResource(review) === undefined) return { kind: 'mismatch' }
  const { settings, mutators } = deps.policy()
  const asked = mutators.filter((mutator) => isAsked(mutator, review, call.family))
  const { namespace } = review
  const read =
    asked.length === 0 || !isTenantNamespace(namespace, settings)
      ? undefined
      : refreshUnlessKnown(namespace, deps.namespaces, settings, call.deadline)
  if (read === undefined) return patch(review, asked, deps, settings)
  if (!call.enter(namespace)) return { kind: 'overload' }
  return read.then(() => patch(review, asked, deps, settings))
}

function isAsked(
  { id, resources }: ConfiguredMutator,
  { operation, subResource, resource }: Review,
  family: string | undefined,
): boolean {
  return (
    operation === 'CREATE' &&
    subResource === '' &&
    (family === undefined || family === id) &&
    resources.some(
      (row) =>
        row.group === resource.group && row.resource === resource.resource && row.versions.includes(resource.version),
    )
  )
}

function patch(
  { uid, kind, namespace, name, object, caller }: Review,
  mutators: readonly ConfiguredMutator[],
  { namespaces, recorder }: MutationDeps,
  settings: Settings,
): Filled {
  const facts = factsOf(namespace, namespaces, settings)
  const input: GuardInput = {
    ...kind,
    operation: 'CREATE',
    subResource: '',
    namespace,
    name,
    object,
    oldObject: null,
    caller,
    facts,
  }
  const operations = mutators.flatMap((mutator) => {
    try {
      return mutator.patch(input)
    } catch (error) {
      recorder.fault(mutator.id, uid, error)
      return []
    }
  })
  return { kind: 'filled', family: mutators[0]?.id ?? 'none', operations }
}
