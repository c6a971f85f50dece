import type { Registry } from 'prom-client'
import type { ReviewDecision } from '../admission/ports.ts'
import { createPendingCounter } from './pending-counter.ts'

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', 'other'] as const
const decisions = ['allowed', 'warned', 'denied', 'error'] as const satisfies readonly ReviewDecision[]

type CountReview = (family: string, operation: string, decision: ReviewDecision, dryRun: boolean) => void

/** Counts reviews by labels of closed sets; what is outside of them counts as the last of its set. */
export function createReviewCounter(registry: Registry, families: readonly string[]): CountReview {
  const series = families.flatMap((family) =>
    operations.flatMap((operation) =>
      decisions.flatMap((decision) => ['false', 'true'].map((dry_run) => ({ family, operation, decision, dry_run }))),
    ),
  )
  const count = createPendingCounter(
    {
      name: 'gatehouse_admission_reviews_total',
      help: 'Reviews answered, by family, operation and decision.',
      registers: [registry],
    },
    series,
  )

  const familyAt = indexes(families)
  const operationAt = indexes(operations)
  const decisionAt = indexes(decisions)
  return (family, operation, decision, dryRun) => {
    const first = (familyAt.get(family) ?? families.length - 1) * operations.length
    const second = (first + (operationAt.get(operation) ?? operations.length - 1)) * decisions.length
    count((second + (decisionAt.get(decision) ?? 0)) * 2 + (dryRun ? 1 : 0))
  }
}

function indexes(values: readonly string[]): ReadonlyMap<string, number> {
  return new Map(values.map((value, at) => [value, at]))
}
