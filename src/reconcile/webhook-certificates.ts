/**
 * Looks after Gatehouse's own CA and serving certificate: reads what there is, asks the plan for the next step, takes
 * it, and reads again. The order of steps is that of reference/tls.md section 8 and belongs to the plan.
 */
import { X509Certificate } from 'node:crypto'
import type { LiveConfiguration } from '../coverage/live.ts'
import type { planRotation } from '../tls/rotation.ts'
import type { Registration, RotationSettings, RotationStep, ServiceProof } from '../tls/rotation-step.ts'
import type { prepareWrite, RotationWrite } from '../tls/rotation-write.ts'
import type { Controller, Outcome, Pass } from './controller.ts'
import type { HandshakeProbe, PodLister, RegistrationStore, SecretStore, StoredSecret } from './installation-ports.ts'
import type { Clock, EventNote, EventObject, EventPublisher, Log } from './ports.ts'
import { describeDone, describeStep, reasonOf } from './rotation-text.ts'

export interface WebhookCertificatesOptions {
  readonly caSecret: string
  readonly tlsSecret: string
  readonly rotation: RotationSettings
  readonly plan: typeof planRotation
  readonly prepare: typeof prepareWrite
  readonly secrets: SecretStore
  readonly registrations: RegistrationStore
  readonly pods: PodLister
  readonly probe: HandshakeProbe
  readonly events: EventPublisher
  readonly clock: Clock
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Told of the end of the certificate in the Secret with every pass. */
  readonly onExpiry: (notAfter: Date) => void
}

const intervalMs = 60_000
/** Pods see a changed Secret within a minute or so; it costs one handshake with each to look. */
const awaitPodsMs = 5_000
/** A kubelet takes two minutes at most; a pod that takes longer does not come by itself. */
const tellWaitMs = 5 * 60_000
/** A change of both takes nine steps; more means that somebody writes against us. */
const maxSteps = 20

interface Observed {
  readonly caSecret: StoredSecret | undefined
  readonly tlsSecret: StoredSecret | undefined
  readonly configurations: readonly LiveConfiguration[]
  readonly step: RotationStep | undefined
}

export function createWebhookCertificates(options: WebhookCertificatesOptions): Controller {
  const { caSecret, tlsSecret, rotation, secrets, registrations, pods, probe, events, clock } = options
  const since = new Map<string, { readonly caBundle: string; readonly since: Date }>()
  let proof: ServiceProof | undefined
  let wait: { readonly serial: string; toldAt: number } | undefined

  return {
    name: 'webhook-certificates',
    intervalMs,
    async reconcile(pass) {
      try {
        return await rotate(pass)
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error)
        if (!pass.signal.aborted && !pass.dryRun) await tell('Warning', 'CertificateRotationFailed', 'Rotate', text)
        throw error
      }
    },
  }

  async function rotate(pass: Pass): Promise<Outcome> {
    const changes: string[] = []
    for (let steps = 0; steps < maxSteps; steps++) {
      const observed = await observe(pass.signal)
      const { step } = observed
      if (step?.kind !== 'wait-for-pods') wait = undefined
      if (step === undefined) return { changes }
      if (step.kind === 'wait-for-registrations') {
        return { changes, againMs: Math.max(1, step.until.getTime() - clock.date()) }
      }
      if (step.kind === 'wait-for-pods') {
        await tellOfWait(step, pass)
        return { changes, againMs: awaitPodsMs }
      }
      if (step.kind === 'verify-service') {
        proof = await verify(step, pass.signal)
        continue
      }
      changes.push(describeStep(step))
      // What comes after depends on what was written, so that a dry run knows the next step alone.
      if (pass.dryRun) return { changes }
      await take(observed, step, pass)
      options.log.info({ change: describeDone(step) }, 'Changed the certificates')
      await tell('Normal', reasonOf(step), 'Rotate', describeDone(step))
    }
    throw new Error(`The certificates still do not agree after ${maxSteps} steps: somebody else writes them, too`)
  }

  /** Both CAs stay trusted for as long as it takes, which somebody should know who wants one of them gone. */
  async function tellOfWait(step: Extract<RotationStep, { kind: 'wait-for-pods' }>, pass: Pass): Promise<void> {
    const now = clock.date()
    if (wait?.serial !== step.serial) wait = { serial: step.serial, toldAt: now }
    if (pass.dryRun || now - wait.toldAt < tellWaitMs) return
    wait.toldAt = now
    options.log.warn({ pods: step.stale }, 'Waited long for pods to serve the new certificate')
    const pods = step.stale.length === 0 ? 'none is there' : step.stale.join(', ')
    await tell('Warning', 'WaitingForPods', 'Rotate', `${describeStep(step)}; what was trusted stays so: ${pods}`)
  }

  async function observe(signal: AbortSignal): Promise<Observed> {
    const [ca, tls, validating, mutating, found] = await Promise.all([
      secrets.read(caSecret, signal),
      secrets.read(tlsSecret, signal),
      registrations.read('ValidatingWebhookConfiguration', signal),
      registrations.read('MutatingWebhookConfiguration', signal),
      pods.list(signal),
    ])
    reportExpiry(tls)
    const configurations = [validating, mutating].filter((configuration) => configuration !== undefined)
    const serving = await Promise.all(
      found.map(async ({ name, ip }) => ({
        name,
        serial: ip === '' ? undefined : await probe.readSerial(ip, signal),
      })),
    )
    const now = new Date(clock.date())
    const step = options.plan(
      {
        caSecret: ca?.data,
        tlsSecret: tls?.data,
        registrations: observeBundles(configurations, now),
        pods: serving,
        // Deployments are not ours to read: a pod that is to come reads the newest Secret.
        replicas: Math.max(1, serving.length),
        service: proof,
        now,
      },
      rotation,
    )
    return { caSecret: ca, tlsSecret: tls, configurations, step }
  }

  /** Every bundle with the time since which it has been seen to stand there. */
  function observeBundles(configurations: readonly LiveConfiguration[], now: Date): readonly Registration[] {
    const bundles = configurations.flatMap(({ kind, webhooks }) =>
      webhooks.map(({ name, caBundle }) => ({ id: `${kind}/${name}`, caBundle })),
    )
    for (const { id, caBundle } of bundles) {
      if (since.get(id)?.caBundle !== caBundle) since.set(id, { caBundle, since: now })
    }
    return bundles.map((bundle) => ({ ...bundle, since: since.get(bundle.id)?.since ?? now }))
  }

  async function verify(
    { serial, caBundles }: Extract<RotationStep, { kind: 'verify-service' }>,
    signal: AbortSignal,
  ): Promise<ServiceProof> {
    for (const caBundle of new Set(caBundles)) {
      const served = await probe.verifyService(caBundle, signal)
      if (served.serial !== serial)
        throw new Error('The Service leads to a certificate other than the one in the Secret')
    }
    return { serial, caBundles }
  }

  async function take(observed: Observed, step: RotationStep, pass: Pass): Promise<void> {
    const write = await options.prepare(step, rotation, new Date(clock.date()))
    if (write === undefined) return
    if (write.target === 'registrations') await writeBundles(observed.configurations, write.writes, pass)
    else if (write.target === 'ca-secret') await writeSecret(caSecret, 'Opaque', observed.caSecret, write.data, pass)
    else await writeSecret(tlsSecret, 'kubernetes.io/tls', observed.tlsSecret, write.data, pass)
  }

  async function writeSecret(
    name: string,
    type: string,
    read: StoredSecret | undefined,
    data: StoredSecret['data'],
    pass: Pass,
  ): Promise<void> {
    pass.assertLeading()
    if (read === undefined) await secrets.create(name, type, data, pass.signal)
    else await secrets.replace(name, read, data, pass.signal)
  }

  async function writeBundles(
    configurations: readonly LiveConfiguration[],
    writes: Extract<RotationWrite, { target: 'registrations' }>['writes'],
    pass: Pass,
  ): Promise<void> {
    for (const configuration of configurations) {
      const bundles = new Map(
        writes
          .filter(({ id }) => id.startsWith(`${configuration.kind}/`))
          .map(({ id, caBundle }) => [id.slice(configuration.kind.length + 1), caBundle]),
      )
      if (bundles.size === 0) continue
      pass.assertLeading()
      await registrations.writeBundles(configuration, bundles, pass.signal)
    }
  }

  function reportExpiry(secret: StoredSecret | undefined): void {
    const certificate = secret?.data['tls.crt']
    if (certificate === undefined) return
    try {
      options.onExpiry(new X509Certificate(certificate).validToDate)
    } catch {
      // What cannot be parsed is replaced by the plan; the metric keeps the last end that was known.
    }
  }

  async function tell(type: EventNote['type'], reason: string, action: string, note: string): Promise<void> {
    const regarding: EventObject = { apiVersion: 'v1', kind: 'Secret', name: tlsSecret }
    await events.publish({ type, reason, action, note, regarding })
  }
}
