/** A body in, a body out: decode, judge or mutate, encode, record. */
import type { Admission, Call, Outcome } from './admission.ts'
import { allowed, type Decision } from './decision.ts'
import { judge, type Judged, type JudgeDeps, type Policy } from './judge.ts'
import { fill, type Filled, type MutationDeps } from './mutate.ts'
import type { Recorder } from './ports.ts'
import { encodeDecision, encodePatch, nameDecision } from './response.ts'
import { decodeReview, type Review } from './review.ts'

export interface AdmissionDeps extends Omit<JudgeDeps, 'policy'> {
  readonly recorder: Recorder
  readonly policy: () => Policy & ReturnType<MutationDeps['policy']>
  /** Milliseconds of a steady clock, the one that deadlines are given in. */
  readonly now: () => number
}

/** The answer to a request whose parts contradict each other. */
export const mismatchReason = 'kind and resource of the request do not belong together'

/** Joins decoder, guards, mutators and recorder to what the server asks for. */
export function createAdmission(deps: AdmissionDeps): Admission {
  return {
    answer(body, call) {
      const startedAt = deps.now()
      const review = decodeReview(body)
      if ('malformed' in review) return { kind: 'malformed', reason: review.malformed }
      const result = call.endpoint === 'mutate' ? fill(review, deps, call) : judge(review, deps, call)
      return result instanceof Promise
        ? result.then((late) => conclude(review, call, late, startedAt))
        : conclude(review, call, result, startedAt)
    },
  }

  function conclude(review: Review, call: Call, result: Judged | Filled, startedAt: number): Outcome {
    if (result.kind === 'mismatch') return { kind: 'malformed', reason: mismatchReason }
    if (result.kind === 'overload') return result
    const decision = result.kind === 'decided' ? result.decision : allowed
    record(review, call.family ?? result.family, decision, deps.now() - startedAt)
    const { uid } = review
    const body = result.kind === 'decided' ? encodeDecision(uid, decision) : encodePatch(uid, result.operations)
    return { kind: 'answered', body }
  }

  function record(review: Review, family: string, decision: Decision, milliseconds: number): void {
    const { recorder } = deps
    recorder.review({
      family,
      operation: review.operation,
      decision: nameDecision(decision),
      dryRun: review.dryRun,
      seconds: milliseconds / 1000,
    })
    // A dry run writes nothing, so it must not look like attempts.
    if (!review.dryRun) {
      for (const { origin, effect } of decision.violations) recorder.violation(origin, effect)
    }
    if (decision.allowed) return
    const denials = decision.violations.filter(({ effect }) => effect === 'deny')
    recorder.denied({
      uid: review.uid,
      operation: review.operation,
      kind: review.kind.kind,
      namespace: review.namespace,
      name: review.name,
      user: review.caller.username,
      code: decision.code,
      origins: [...new Set(denials.map(({ origin }) => origin))],
      fields: denials.slice(0, maxLoggedFields).map(({ field }) => field),
      dryRun: review.dryRun,
      milliseconds,
    })
  }
}

/** Enough to find the fault; a hostile object may have thousands. */
const maxLoggedFields = 20
