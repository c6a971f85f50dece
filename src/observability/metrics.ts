import { collectDefaultMetrics, Registry } from 'prom-client'
import type { MetricsPage } from '../server/ports.ts'
import { type AdmissionLabels, type AdmissionMetrics, createAdmissionMetrics } from './admission-metrics.ts'
import { type CertificateMetrics, createCertificateMetrics } from './certificate-metrics.ts'
import { createPlatformMetrics, type PlatformMetrics } from './platform-metrics.ts'

export interface MetricsLabels extends AdmissionLabels {
  /** Guarded resources, by plural and group. */
  readonly resources: readonly string[]
}

export type Metrics = MetricsPage & AdmissionMetrics & PlatformMetrics & CertificateMetrics

/** Creates the metrics of one process, in a registry of their own. */
export function createMetrics({ families, origins, resources }: MetricsLabels): Metrics {
  const registry = new Registry()
  const page: MetricsPage = { contentType: registry.contentType, render: () => registry.metrics() }
  const admission = createAdmissionMetrics(registry, { families, origins })
  const platform = createPlatformMetrics(registry, resources)
  const certificate = createCertificateMetrics(registry)
  // Event loop delay, garbage collection, memory, CPU, handles.
  collectDefaultMetrics({ register: registry })
  return { ...page, ...admission, ...platform, ...certificate }
}
