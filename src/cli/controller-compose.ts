/** Joins the parts of `gatehouse reconcile`: the API server behind ports, controllers, leader, loops. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { createBackoff } from '../cluster/backoff.ts'
import { type Clock, systemClock } from '../cluster/clock.ts'
import { createDiscovery } from '../cluster/discovery.ts'
import { createEventPublisher } from '../cluster/events.ts'
import { createHandshakeProbe } from '../cluster/handshakes.ts'
import type { KubeClient } from '../cluster/kube-client.ts'
import { createLeaseStore } from '../cluster/leases.ts'
import { createPodLister } from '../cluster/pods.ts'
import { createSecretStore } from '../cluster/secrets.ts'
import { createRegistrationStore } from '../cluster/webhook-configurations.ts'
import { findGaps } from '../coverage/find-gaps.ts'
import { createCoverage } from '../reconcile/coverage.ts'
import type { Controller } from '../reconcile/controller.ts'
import { createExternalCertificate } from '../reconcile/external-certificate.ts'
import { createElector, type Elector } from '../reconcile/elector.ts'
import { createEngine, type Engine } from '../reconcile/engine.ts'
import type { LoopDeps } from '../reconcile/loop.ts'
import { createWebhookCertificates } from '../reconcile/webhook-certificates.ts'
import type { LoopMetrics } from '../observability/loop-metrics.ts'
import { planRotation } from '../tls/rotation.ts'
import { prepareWrite } from '../tls/rotation-write.ts'
import type { ControllerSettings } from './controller-settings.ts'
import { readServingCA } from './serving-ca.ts'

export interface ControllerParts {
  readonly controllers: readonly Controller[]
  readonly elector: Elector
  readonly engine: Engine
  readonly loop: LoopDeps
}

export interface ComposeOptions {
  readonly settings: ControllerSettings
  readonly client: KubeClient
  readonly metrics: LoopMetrics
  readonly log: Logger
  /** Of the container that serves; pods are dialled there. */
  readonly podPort: number
}

/** An API server that is away is asked again within seconds, one that refuses us after minutes. */
const backoffMs = { base: 1_000, most: 300_000 }

/** What is waited for here is all there is to do: without the health port nothing else keeps the process. */
const clock: Clock = {
  ...systemClock,
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds)
    return () => clearTimeout(timer)
  },
}

/** Joins them; nothing runs yet. */
export function composeController(options: ComposeOptions): ControllerParts {
  const { settings, client, metrics, log } = options
  const instance = hostname()
  const loop: LoopDeps = {
    clock,
    log,
    recorder: metrics,
    createBackoff: () => createBackoff(backoffMs.base, backoffMs.most, Math.random),
  }
  const elector = createElector({
    ...settings.lease,
    store: createLeaseStore(client, settings.namespace, settings.lease.name),
    // A pod keeps its name over restarts of its container, a process does not.
    identity: `${instance}_${randomUUID()}`,
    clock,
    log,
  })
  const controllers = createControllers(options, instance)
  return { controllers, elector, loop, engine: createEngine({ ...loop, controllers, elector }) }
}

function createControllers(
  { settings, client, metrics, log, podPort }: ComposeOptions,
  instance: string,
): readonly Controller[] {
  const { namespace, webhook } = settings
  if (webhook === undefined) return []
  const { installation, self, serverName } = webhook
  const secrets = createSecretStore(client, namespace)
  const registrations = createRegistrationStore(client, installation.configurations)
  const events = createEventPublisher({ client, namespace, instance, clock, log })
  const coverage = createCoverage({
    intervalMs: settings.coverageIntervalMs,
    installation,
    find: findGaps,
    discovery: createDiscovery(client),
    registrations,
    readCA: (signal) => readServingCA(secrets, webhook.self?.tlsSecret, signal),
    events,
    log,
    onGaps: metrics.coverageGaps,
  })
  const probe = createHandshakeProbe({ podPort, service: installation.service, serverName })
  if (self === undefined) {
    const service = installation.service.name
    const onExpiry = metrics.certificateExpiry
    return [createExternalCertificate({ service, registrations, probe, events, onExpiry }), coverage]
  }
  const certificates = createWebhookCertificates({
    ...self,
    plan: planRotation,
    prepare: prepareWrite,
    secrets,
    registrations,
    pods: createPodLister(client, namespace, self.podSelector),
    probe,
    events,
    clock,
    log,
    onExpiry: metrics.certificateExpiry,
  })
  return [certificates, coverage]
}
