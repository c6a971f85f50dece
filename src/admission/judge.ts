/** The decision path: match, gather facts, ask every guard, settle, word one answer. DESIGN section 2. */
import type { Guard, GuardInput } from '../guards/guard.ts'
import { isEqual, isObject, member } from '../guards/json.ts'
import type { GuardId } from '../guards/resources.ts'
import { quote } from '../guards/violation.ts'
import type { Settings } from '../tenancy/settings.ts'
import type { Call } from './admission.ts'
import { allowed, type Decision, type Mode } from './decision.ts'
import { evaluateGuard, settleViolation, type ActiveMode, type Evaluation } from './evaluate.ts'
import { factsOf, refreshUnlessKnown } from './facts.ts'
import { matchResource, type Match } from './match.ts'
import type { NamespaceGetter, Recorder } from './ports.ts'
import { compareViolations, limitWarnings, renderDenial } from './render.ts'
import type { Review } from './review.ts'
import { refuseUnknown } from './unknown.ts'

export interface Policy {
  readonly settings: Settings
  readonly modes: Readonly<Record<GuardId, Mode>>
}

export interface JudgeDeps {
  readonly guards: Readonly<Record<GuardId, Guard>>
  readonly namespaces: NamespaceGetter
  readonly recorder: Pick<Recorder, 'fault'>
  /** Read once a review, so that a reload takes effect between two reviews and never within one. */
  readonly policy: () => Policy
}

export type Judged =
  | { readonly kind: 'decided'; readonly family: GuardId | 'none'; readonly decision: Decision }
  /** `kind` and `resource` of the request do not belong together. */
  | { readonly kind: 'mismatch' }
  | { readonly kind: 'overload' }

/** One live read costs the API server one GET; a review that names more namespaces than this gets no more. */
const maxReadsPerReview = 32

type Request = Omit<GuardInput, 'facts'>

/** Judges a review with every guard that matches it. Waits only where a fact has to be read live. */
export function judge(
  review: Review,
  deps: JudgeDeps,
  patience: Pick<Call, 'deadline' | 'enter'>,
): Judged | Promise<Judged> {
  const matches = matchResource(review)
  if (matches === undefined) return { kind: 'mismatch' }
  const family = matches[0]?.guard ?? 'none'
  const policy = deps.policy()
  const request = requestOf(review)
  const asked = matches.filter((match) => isAsked(match, request, deps, policy))
  if (asked.length === 0) return { kind: 'decided', family, decision: allowed }
  const reads = readsFor(asked, request, deps, policy, patience.deadline)
  if (reads.length === 0) return { kind: 'decided', family, decision: decide(asked, request, review.uid, deps, policy) }
  if (!patience.enter(review.namespace)) return { kind: 'overload' }
  return Promise.all(reads).then(() => ({
    kind: 'decided',
    family,
    decision: decide(asked, request, review.uid, deps, policy),
  }))
}

function requestOf({ kind, operation, subResource, namespace, name, object, oldObject, caller }: Review): Request {
  return { ...kind, operation: operationOf(operation), subResource, namespace, name, object, oldObject, caller }
}

// Guards never see another operation: the table refuses it first.
function operationOf(operation: string): Request['operation'] {
  return operation === 'UPDATE' || operation === 'DELETE' ? operation : 'CREATE'
}

function isAsked(match: Match, request: Request, { guards }: JudgeDeps, { settings, modes }: Policy): boolean {
  if (match.rule === 'deleted' || modes[match.guard] === 'disabled') return false
  const guard = guards[match.guard]
  if (!guard.concerns(request, settings)) return false
  if (match.rule === 'unjudged') return false
  if (!isUnderDeletion(request)) return true
  return match.rule === 'judged' ? !leavesAlone(guard, request, settings) : !isUnchangedObject(request)
}

/** Finalizers must come off whatever the object violates, in closed and unknown namespaces too. */
function isUnderDeletion({ operation, object }: Request): boolean {
  return operation === 'UPDATE' && isText(member(member(object, 'metadata'), 'deletionTimestamp'))
}

function leavesAlone(guard: Guard, { object, oldObject }: Request, settings: Settings): boolean {
  const before = guard.reads(oldObject, settings)
  return guard.reads(object, settings).every((value, at) => isEqual(value, before[at]))
}

/** Where names stand in an object that the table does not know, nobody can say: nothing of it may change. */
function isUnchangedObject({ subResource, object, oldObject }: Request): boolean {
  if (subResource !== '') return false
  const [after, before] = [object, oldObject].map((each) => ({
    ...(isObject(each) ? each : {}),
    metadata: member(member(each, 'metadata'), 'annotations') ?? null,
  }))
  return isEqual(after, before)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function readsFor(
  asked: readonly Match[],
  request: Request,
  { guards, namespaces }: JudgeDeps,
  { settings }: Policy,
  deadline: number,
): Promise<void>[] {
  const reads: Promise<void>[] = []
  for (const { guard, rule } of asked) {
    if (rule !== 'judged') continue
    for (const name of guards[guard].namespaces(request, settings)) {
      if (reads.length >= maxReadsPerReview) return reads
      const read = refreshUnlessKnown(name, namespaces, settings, deadline)
      if (read !== undefined) reads.push(read)
    }
  }
  return reads
}

function decide(
  asked: readonly Match[],
  request: Request,
  uid: string,
  { guards, namespaces, recorder }: JudgeDeps,
  { settings, modes }: Policy,
): Decision {
  const facts = factsOf(request.namespace, namespaces, settings)
  const evaluations: Evaluation[] = []
  for (const { guard: id, rule } of asked) {
    const mode = modes[id]
    if (mode === 'disabled') continue
    try {
      evaluations.push(evaluateMatch(guards[id], mode, rule, { ...request, facts }, settings))
    } catch (error) {
      recorder.fault(id, uid, error)
      // A guard that throws is our bug. Only an enforcing guard may hold a write up for it.
      if (mode === 'enforce') return failed(uid)
    }
  }
  return combine(evaluations)
}

function evaluateMatch(
  guard: Guard,
  mode: ActiveMode,
  rule: Match['rule'],
  input: GuardInput,
  settings: Settings,
): Evaluation {
  const unknown = refuseUnknown(guard.id, rule, input)
  return unknown === undefined ? evaluateGuard(guard, mode, input, settings) : settleViolation(guard, mode, unknown)
}

function combine(evaluations: readonly Evaluation[]): Decision {
  const violations = evaluations.flatMap((evaluation) => evaluation.violations).toSorted(compareViolations)
  const denials = violations.filter(({ effect }) => effect === 'deny')
  if (denials.length === 0) {
    const warnings = limitWarnings(evaluations.flatMap((evaluation) => evaluation.warnings))
    return warnings.length === 0 && violations.length === 0 ? allowed : { ...allowed, warnings, violations }
  }
  return {
    allowed: false,
    code: denials.some(({ malformed }) => malformed) ? 422 : 403,
    message: renderDenial(denials),
    warnings: [],
    violations,
  }
}

function failed(uid: string): Decision {
  return {
    allowed: false,
    code: 500,
    message: `Gatehouse failed to judge this request; it is refused to be safe. Tell the platform administrators the uid ${quote(uid)}`,
    warnings: [],
    violations: [],
  }
}
