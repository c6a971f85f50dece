/** The metrics of reviews (DESIGN section 5), every series there from the start. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Effect, Recorder, ReviewDecision } from '../admission/ports.ts'
import type { TrafficRecorder, TurnedAwayReason } from '../server/ports.ts'

export interface AdmissionLabels {
  /** Guard and mutator ids; `none` is added. */
  readonly families: readonly string[]
  /** What each guard can report: its id, then origins as in `route-hostname/outside-apex`. */
  readonly origins: Readonly<Record<string, readonly string[]>>
}

export type AdmissionMetrics = Pick<Recorder, 'review' | 'violation'> &
  Pick<TrafficRecorder, 'turnedAway' | 'watchInFlight'>

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', 'other'] as const
const decisions = ['allowed', 'warned', 'denied', 'error'] as const satisfies readonly ReviewDecision[]
const effects = ['deny', 'ratchet', 'warn', 'audit'] as const satisfies readonly Effect[]
const reasons = [
  'overload',
  'too_large',
  'malformed',
  'media_type',
  'deadline',
] as const satisfies readonly TurnedAwayReason[]
// From what an allowed route takes to where the API server begins to give up.
const durationBuckets = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

export function createAdmissionMetrics(registry: Registry, labels: AdmissionLabels): AdmissionMetrics {
  const registers = [registry]
  const families = [...new Set([...labels.families, 'none'])]
  const countReview = createReviewCounter(registry, families)
  const duration = new Histogram({
    name: 'gatehouse_admission_review_duration_seconds',
    help: 'Time from the whole body of a review to its answer, by family.',
    labelNames: ['family'],
    buckets: durationBuckets,
    registers,
  })
  for (const family of families) duration.zero({ family })
  const durations = new Map(families.map((family) => [family, duration.labels(family)]))
  const durationOfNone = duration.labels('none')

  let readInFlight = () => 0
  new Gauge({
    name: 'gatehouse_admission_in_flight',
    help: 'Reviews that have been let in and are not answered yet.',
    registers,
    collect() {
      this.set(readInFlight())
    },
  })
  const turnedAway = new Counter({
    name: 'gatehouse_admission_turned_away_total',
    help: 'Requests to the webhook port that got no AdmissionReview, by reason.',
    labelNames: ['reason'],
    registers,
  })
  for (const reason of reasons) turnedAway.inc({ reason }, 0)

  const violations = new Counter({
    name: 'gatehouse_guard_violations_total',
    help: 'Violations found by a guard, dry runs left out, by origin and by what became of them.',
    labelNames: ['guard', 'origin', 'effect'],
    registers,
  })
  const known = new Set<string>()
  for (const [guard, origins] of Object.entries(labels.origins)) {
    for (const origin of origins) {
      known.add(`${guard} ${origin}`)
      for (const effect of effects) violations.inc({ guard, origin, effect }, 0)
    }
  }

  return {
    review(record) {
      countReview(record.family, record.operation, record.decision, record.dryRun)
      const observed = durations.get(record.family) ?? durationOfNone
      observed.observe(record.seconds)
    },
    violation(guard, origin, effect) {
      // The set stays closed, whatever is reported; a contract test finds the origin that is missing from it.
      if (known.has(`${guard} ${origin}`)) violations.inc({ guard, origin, effect })
    },
    turnedAway(reason) {
      turnedAway.inc({ reason })
    },
    watchInFlight(read) {
      readInFlight = read
    },
  }
}

type CountReview = (family: string, operation: string, decision: ReviewDecision, dryRun: boolean) => void

/**
 * Counts reviews in an array that is added to the counter when somebody reads it: a review then costs one addition,
 * not the hashing of four labels.
 */
function createReviewCounter(registry: Registry, families: readonly string[]): CountReview {
  const series = families.flatMap((family) =>
    operations.flatMap((operation) =>
      decisions.flatMap((decision) => ['false', 'true'].map((dry_run) => ({ family, operation, decision, dry_run }))),
    ),
  )
  const pending = new Float64Array(series.length)
  const counter = new Counter({
    name: 'gatehouse_admission_reviews_total',
    help: 'Reviews answered, by family, operation and decision.',
    labelNames: ['family', 'operation', 'decision', 'dry_run'],
    registers: [registry],
    collect() {
      for (const [at, labels] of series.entries()) this.inc(labels, pending[at])
      pending.fill(0)
    },
  })
  counter.reset()

  const familyAt = indexes(families)
  const operationAt = indexes(operations)
  const decisionAt = indexes(decisions)
  return (family, operation, decision, dryRun) => {
    const first = (familyAt.get(family) ?? families.length - 1) * operations.length
    const second = (first + (operationAt.get(operation) ?? operations.length - 1)) * decisions.length
    const at = (second + (decisionAt.get(decision) ?? 0)) * 2 + (dryRun ? 1 : 0)
    pending[at] = (pending[at] ?? 0) + 1
  }
}

function indexes(values: readonly string[]): ReadonlyMap<string, number> {
  return new Map(values.map((value, at) => [value, at]))
}
