import { Counter, type Registry } from 'prom-client'
import type { ReviewDecision } from '../admission/ports.ts'

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', 'other'] as const
const decisions = ['allowed', 'warned', 'denied', 'error'] as const satisfies readonly ReviewDecision[]

type CountReview = (family: string, operation: string, decision: ReviewDecision, dryRun: boolean) => void

/**
 * Counts reviews in an array that is added to the counter when somebody reads it: a review then costs one addition,
 * not the hashing of four labels.
 */
export function createReviewCounter(registry: Registry, families: readonly string[]): CountReview {
  const series = families.flatMap((family) =>
    operations.flatMap((operation) =>
      decisions.flatMap((decision) => ['false', 'true'].map((dry_run) => ({ family, operation, decision, dry_run }))),
    ),
  )
  const pending = new Float64Array(series.length)
  new Counter({
    name: 'gatehouse_admission_reviews_total',
    help: 'Reviews answered, by family, operation and decision.',
    labelNames: ['family', 'operation', 'decision', 'dry_run'],
    registers: [registry],
    collect() {
      for (const [at, labels] of series.entries()) this.inc(labels, pending[at])
      pending.fill(0)
    },
  })

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
