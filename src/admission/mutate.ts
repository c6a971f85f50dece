/** Mutating reviews: fills the gaps that the mutators name, never refuses, never touches what the user wrote. */
import type { GuardInput } from '../guards/guard.ts'
import { labelOf, tenancyOf } from '../tenancy/tenancy.ts'
import type { Mutator, MutatorId, PatchOperation } from '../mutators/mutator.ts'
import type { Call, Outcome } from './admission.ts'
import type { Policy } from './judge.ts'
import type { NamespaceGetter, Recorder } from './ports.ts'
import { encodePatch } from './response.ts'
import type { Review } from './review.ts'

/** A mutator with its settings already in it: undefined settings mean that it is switched off. */
export interface ConfiguredMutator {
  readonly id: MutatorId
  readonly resources: Mutator<unknown>['resources']
  patch(input: GuardInput): readonly PatchOperation[]
}

export interface MutationDeps {
  readonly namespaces: NamespaceGetter
  readonly recorder: Pick<Recorder, 'review' | 'fault'>
  readonly now: () => number
  readonly policy: () => Policy
  /** The mutators that are switched on, in the order in which they patch. */
  readonly mutators: () => readonly ConfiguredMutator[]
}

type Mutate = (review: Review, call: Call, startedAt: number) => Outcome | Promise<Outcome>

/** Answers mutating reviews. A gap that cannot be filled is left to the guards, which judge the result anyway. */
export function createMutation(deps: MutationDeps): Mutate {
  return (review, call, startedAt) => {
    const { operation, subResource, namespace } = review
    const mutators =
      operation === 'CREATE' && subResource === ''
        ? deps.mutators().filter((mutator) => isAsked(mutator, review, call.family))
        : []
    const read = mutators.length === 0 ? undefined : readFor(namespace, call.deadline)
    if (read === undefined) return conclude(review, call, mutators, startedAt)
    if (!call.enter(namespace)) return { kind: 'overload' }
    return read.then(() => conclude(review, call, mutators, startedAt))
  }

  function readFor(namespace: string, deadline: number): Promise<void> | undefined {
    const { settings } = deps.policy()
    if (!namespace.startsWith(settings.namespacePrefix)) return undefined
    const known = deps.namespaces.get(namespace)
    return known !== undefined && labelOf(known, settings.hostLabel) !== undefined
      ? undefined
      : deps.namespaces.refresh(namespace, deadline)
  }

  function conclude(review: Review, call: Call, mutators: readonly ConfiguredMutator[], startedAt: number): Outcome {
    const input = inputOf(review)
    const operations = mutators.flatMap((mutator) => patchWith(mutator, input, review.uid))
    deps.recorder.review({
      family: call.family ?? mutators[0]?.id ?? 'none',
      operation: review.operation,
      decision: 'allowed',
      dryRun: review.dryRun,
      seconds: (deps.now() - startedAt) / 1000,
    })
    return { kind: 'answered', body: encodePatch(review.uid, operations) }
  }

  function inputOf({ kind, subResource, namespace, name, object, caller }: Review): GuardInput {
    const { settings } = deps.policy()
    const facts = {
      tenancy: tenancyOf(namespace, deps.namespaces.get(namespace), settings),
      apexes: deps.namespaces.apexes,
      namespace: (other: string) => deps.namespaces.get(other),
    }
    return { ...kind, operation: 'CREATE', subResource, namespace, name, object, oldObject: null, caller, facts }
  }

  function patchWith(mutator: ConfiguredMutator, input: GuardInput, uid: string): readonly PatchOperation[] {
    try {
      return mutator.patch(input)
    } catch (error) {
      deps.recorder.fault(mutator.id, uid, error)
      return []
    }
  }
}

function isAsked(
  { id, resources }: ConfiguredMutator,
  { kind, resource }: Review,
  family: string | undefined,
): boolean {
  return (
    (family === undefined || family === id) &&
    resources.some(
      (row) =>
        row.group === resource.group &&
        row.resource === resource.resource &&
        row.kind === kind.kind &&
        row.versions.includes(resource.version),
    )
  )
}
