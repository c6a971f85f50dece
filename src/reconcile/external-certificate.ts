/** Watches a certificate that somebody else issues: what the Service shows, and whether every caBundle verifies it. */
import type { Controller } from './controller.ts'
import type { HandshakeProbe, RegistrationStore } from './installation-ports.ts'
import type { EventObject, EventPublisher } from './ports.ts'

export interface ExternalCertificateOptions {
  /** Name of the Service. */
  readonly service: string
  readonly registrations: RegistrationStore
  readonly probe: HandshakeProbe
  readonly events: EventPublisher
  /** Told of the end of the certificate that is shown, with every pass. */
  readonly onExpiry: (notAfter: Date) => void
}

const intervalMs = 60_000

export function createExternalCertificate(options: ExternalCertificateOptions): Controller {
  const { service, registrations, probe, events, onExpiry } = options
  return {
    name: 'external-certificate',
    intervalMs,
    async reconcile({ signal, dryRun }) {
      const [validating, mutating] = await Promise.all([
        registrations.read('ValidatingWebhookConfiguration', signal),
        registrations.read('MutatingWebhookConfiguration', signal),
      ])
      const webhooks = [validating, mutating].flatMap((configuration) => configuration?.webhooks ?? [])
      // One that is blank is a gap of coverage; a handshake without any would trust the public CAs.
      const bundles = new Set(webhooks.map(({ caBundle }) => caBundle).filter((bundle) => bundle !== ''))
      try {
        for (const bundle of bundles) onExpiry((await probe.verifyService(bundle, signal)).notAfter)
      } catch (error) {
        if (!signal.aborted && !dryRun) await tell(error instanceof Error ? error.message : String(error))
        throw error
      }
      return { changes: [] }
    },
  }

  async function tell(note: string): Promise<void> {
    const regarding: EventObject = { apiVersion: 'v1', kind: 'Service', name: service }
    await events.publish({ type: 'Warning', reason: 'CertificateNotVerified', action: 'Verify', note, regarding })
  }
}
