/** The metrics of reviews (DESIGN section 5), every series there from the start. */
import { Gauge, type Registry } from 'prom-client'
import type { Effect, Recorder } from '../admission/ports.ts'
import type { TrafficRecorder, TurnedAwayReason } from '../server/ports.ts'
import { createClosedCounter } from './closed-counter.ts'
import { createPendingCounter } from './pending-counter.ts'
import { createReviewCounter } from './review-counter.ts'
import { ReviewDurations } from './review-durations.ts'

export interface AdmissionLabels {
  /** Guard and mutator ids; `none` is added. */
  readonly families: readonly string[]
  /** What each guard can report: its id, then origins as in `route-hostname/outside-apex`. */
  readonly origins: Readonly<Record<string, readonly string[]>>
}

export type AdmissionMetrics = Pick<Recorder, 'review' | 'violation'> &
  Pick<TrafficRecorder, 'turnedAway' | 'watchInFlight'>

const effects = ['deny', 'ratchet', 'warn', 'audit'] as const satisfies readonly Effect[]
const reasons = [
  'overload',
  'too_large',
  'malformed',
  'media_type',
  'deadline',
] as const satisfies readonly TurnedAwayReason[]

export function createAdmissionMetrics(registry: Registry, labels: AdmissionLabels): AdmissionMetrics {
  const registers = [registry]
  const families = [...new Set([...labels.families, 'none'])]
  const countReview = createReviewCounter(registry, families)
  const durations = new ReviewDurations(registry, families)

  let readInFlight = () => 0
  new Gauge({
    name: 'gatehouse_admission_in_flight',
    help: 'Reviews that have been let in and are not answered yet.',
    registers,
    collect() {
      this.set(readInFlight())
    },
  })
  const origins = Object.entries(labels.origins).flatMap(([guard, list]) => list.map((origin) => ({ guard, origin })))
  const countViolation = createPendingCounter(
    {
      name: 'gatehouse_guard_violations_total',
      help: 'Violations found by a guard, dry runs left out, by origin and by what became of them.',
      registers,
    },
    origins.flatMap((labels) => effects.map((effect) => ({ ...labels, effect }))),
  )
  // An origin begins with the id of its guard.
  const originAt = new Map(origins.map(({ origin }, at) => [origin, at]))

  return {
    review(record) {
      countReview(record.family, record.operation, record.decision, record.dryRun)
      durations.record(record.family, record.seconds)
    },
    violation(origin, effect) {
      // The set stays closed, whatever is reported; a contract test finds the origin that is missing from it.
      const at = originAt.get(origin)
      if (at !== undefined) countViolation(at * effects.length + effects.indexOf(effect))
    },
    turnedAway: createClosedCounter(
      {
        name: 'gatehouse_admission_turned_away_total',
        help: 'Requests to the webhook port that got no AdmissionReview, by reason.',
        registers,
      },
      'reason',
      reasons,
    ),
    watchInFlight(read) {
      readInFlight = read
    },
  }
}
