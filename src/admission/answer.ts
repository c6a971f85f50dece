/** A body in, a body out: decode, judge or mutate, encode, record. */
import type { Admission, Call, Outcome } from './admission.ts'
import type { Decision } from './decision.ts'
import { judge, type Judged, type JudgeDeps } from './judge.ts'
import { createMutation, type MutationDeps } from './mutate.ts'
import type { Recorder } from './ports.ts'
import { encodeDecision, nameDecision } from './response.ts'
import { decodeReview, type Review } from './review.ts'

export interface AdmissionDeps extends JudgeDeps, MutationDeps {
  readonly recorder: Recorder
  /** Milliseconds of a steady clock, the one that deadlines are given in. */
  readonly now: () => number
}

const mismatch: Outcome = { kind: 'malformed', reason: 'kind and resource of the request do not belong together' }

/** Joins decoder, guards, mutators and recorder to what the server asks for. */
export function createAdmission(deps: AdmissionDeps): Admission {
  const mutate = createMutation(deps)
  return {
    answer(body, call) {
      const startedAt = deps.now()
      const review = decodeReview(body)
      if ('malformed' in review) return { kind: 'malformed', reason: review.malformed }
      if (call.endpoint === 'mutate') return mutate(review, call, startedAt)
      const judged = judge(review, deps, call)
      return judged instanceof Promise
        ? judged.then((late) => conclude(review, call, late, startedAt))
        : conclude(review, call, judged, startedAt)
    },
  }

  function conclude(review: Review, call: Call, judged: Judged, startedAt: number): Outcome {
    if (judged.kind === 'mismatch') return mismatch
    if (judged.kind === 'overload') return judged
    const { decision } = judged
    record(review, call.family ?? judged.family, decision, deps.now() - startedAt)
    return { kind: 'answered', body: encodeDecision(review.uid, decision) }
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
      for (const { guard, origin, effect } of decision.violations) recorder.violation(guard, origin, effect)
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
