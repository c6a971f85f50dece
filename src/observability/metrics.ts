import { collectDefaultMetrics, Registry } from 'prom-client'
import type { MetricsPage } from '../server/ports.ts'
import { type AdmissionLabels, type AdmissionMetrics, createAdmissionMetrics } from './admission-metrics.ts'
import { type CertificateMetrics, createCertificateMetrics } from './certificate-metrics.ts'
import { createPlatformMetrics, type PlatformMetrics } from './platform-metrics.ts'

export type Metrics = MetricsPage & AdmissionMetrics & PlatformMetrics & CertificateMetrics

/** Creates the metrics of `gatehouse serve`, in a registry of their own. */
export function createMetrics(labels: AdmissionLabels): Metrics {
  const registry = new Registry()
  const page: MetricsPage = { contentType: registry.contentType, render: () => registry.metrics() }
  const admission = createAdmissionMetrics(registry, labels)
  const platform = createPlatformMetrics(registry)
  const certificate = createCertificateMetrics(registry)
  // Event loop delay, garbage collection, memory, CPU, handles.
  collectDefaultMetrics({ register: registry })
  return { ...page, ...admission, ...platform, ...certificate }
}
