/** The metrics of the certificate in service (DESIGN section 13). */
import { Gauge, type Registry } from 'prom-client'
import { createClosedCounter } from './closed-counter.ts'

const results = ['success', 'invalid'] as const
export type CertificateReloadResult = (typeof results)[number]

export interface CertificateMetrics {
  /** Tells how to read the end of the certificate in service when the metrics are read. */
  watchCertificate(readExpiry: () => Date): void
  /** The mounted files changed: a new pair is in service, or the last good one stays. */
  certificateReloaded(result: CertificateReloadResult): void
}

export function createCertificateMetrics(registry: Registry): CertificateMetrics {
  const registers = [registry]
  let readExpiry: (() => Date) | undefined
  new Gauge({
    name: 'gatehouse_certificate_expiry_timestamp_seconds',
    help: 'When the certificate in service expires.',
    registers,
    collect() {
      // Zero would be an alert before there is anything to expire.
      this.set(readExpiry === undefined ? Number.NaN : readExpiry().getTime() / 1000)
    },
  })
  return {
    watchCertificate(read) {
      readExpiry = read
    },
    certificateReloaded: createClosedCounter(
      {
        name: 'gatehouse_certificate_reloads_total',
        help: 'Changes of the mounted certificate, by what became of them.',
        registers,
      },
      'result',
      results,
    ),
  }
}
