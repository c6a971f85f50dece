/** The metrics of `gatehouse reconcile` (DESIGN sections 5, 12 and 13), every series there from the start but the expiry. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { LoopRecorder, ReconcileResult } from '../reconcile/ports.ts'
import type { MetricsPage } from '../server/ports.ts'
import { createClosedCounter } from './closed-counter.ts'

export interface LoopMetrics extends MetricsPage, LoopRecorder {
  /** When the certificate in the Secret ends. */
  certificateExpiry(notAfter: Date): void
  /** Gaps by resource; what is not named has none. */
  coverageGaps(gaps: ReadonlyMap<string, number>): void
}

const results = ['success', 'error'] as const satisfies readonly ReconcileResult[]
const expiryName = 'gatehouse_certificate_expiry_timestamp_seconds'
/** Kinds that nobody knew of: the set of label values stays closed. */
const otherResource = 'other'

/** Creates the metrics of one controller process, in a registry of their own. */
export function createLoopMetrics(resources: readonly string[]): LoopMetrics {
  const registry = new Registry()
  const registers = [registry]
  const leader = new Gauge({ name: 'gatehouse_leader', help: 'Whether this replica holds the Lease.', registers })
  const countPass = createClosedCounter(
    { name: 'gatehouse_reconcile_total', help: 'Passes of the controllers, by result.', registers },
    'result',
    results,
  )
  const durations = new Histogram({
    name: 'gatehouse_reconcile_duration_seconds',
    help: 'Time of one pass of a controller.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60],
    registers,
  })
  const gapGauge = new Gauge({
    name: 'gatehouse_coverage_gaps',
    help: 'What the live registration does not cover, by guarded resource; other: kinds that are not known.',
    labelNames: ['resource'],
    registers,
  })
  const known = new Set([...resources, otherResource])
  for (const resource of known) gapGauge.set({ resource }, 0)
  collectDefaultMetrics({ register: registry })

  let expiry: Gauge | undefined
  /** Only the leader knows: a zero from all others would look like an end long ago. */
  const forgetExpiry = (): void => {
    registry.removeSingleMetric(expiryName)
    expiry = undefined
  }
  const setGaps = (gaps: ReadonlyMap<string, number>): void => {
    const counts = new Map<string, number>()
    for (const [resource, count] of gaps) {
      const label = known.has(resource) ? resource : otherResource
      counts.set(label, (counts.get(label) ?? 0) + count)
    }
    for (const resource of known) gapGauge.set({ resource }, counts.get(resource) ?? 0)
  }

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    leading(isLeader) {
      leader.set(isLeader ? 1 : 0)
      if (isLeader) return
      // What it last saw is not what there is.
      forgetExpiry()
      setGaps(new Map())
    },
    reconciled(result, seconds) {
      countPass(result)
      durations.observe(seconds)
    },
    certificateExpiry(notAfter) {
      expiry ??= new Gauge({
        name: expiryName,
        help: 'When the serving certificate ends: the one in the Secret, or of others the one that is shown.',
        registers,
      })
      expiry.set(notAfter.getTime() / 1000)
    },
    coverageGaps: setGaps,
  }
}
