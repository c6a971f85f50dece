/** Joins the parts of `gatehouse serve` to one running process, for `serve` itself, the demo and tests. */
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { createAdmission } from '../admission/answer.ts'
import { createFileNamespaces } from '../cluster/file-namespaces.ts'
import { createClusterNamespaces } from '../cluster/namespaces.ts'
import type { NamespaceSource } from '../cluster/namespace-source.ts'
import type { Config } from '../config/config.ts'
import { guards } from '../guards/index.ts'
import { guardIds, tableOrigins } from '../guards/resources.ts'
import { mutatorIds } from '../mutators/mutator.ts'
import { createMetrics, type Metrics } from '../observability/metrics.ts'
import { createRecorder } from '../observability/recorder.ts'
import { buildApp } from '../server/app.ts'
import { drain, type DrainOptions } from '../server/drain.ts'
import { buildHealthApp } from '../server/health.ts'
import { listen } from '../server/listen.ts'
import type { CertificateSource } from '../server/ports.ts'
import { certificateCheck, drainingCheck, listeningCheck, type CheckResult } from '../server/readiness.ts'
import { createTraffic } from '../server/traffic.ts'
import { activeMutators } from './active-mutators.ts'
import { policyOf } from './policy.ts'

export interface GatehouseOptions {
  readonly config: Config
  readonly certificate: CertificateSource
  readonly log: Logger
}

/** A running admission server. */
export interface Gatehouse {
  readonly webhook: AddressInfo
  readonly health: AddressInfo
  readonly metrics: Metrics
  /** Takes a changed configuration into use, between two reviews. */
  reconfigure(config: Config): void
  /** Answers what is in flight, then ends everything. A second call waits for the first. */
  stop(options?: DrainOptions): Promise<void>
}

/** Starts the webhook and health ports. Rejects, with nothing left running, if a port or a file cannot be used. */
export async function startGatehouse({ config, certificate, log }: GatehouseOptions): Promise<Gatehouse> {
  let policy = policyFor(config)
  const metrics = createMetrics({
    families: [...guardIds, ...mutatorIds],
    origins: Object.fromEntries(guardIds.map((id) => [id, originsOf(id)])),
  })
  const recorder = createRecorder(metrics, log)
  const namespaces = createNamespaces(config, log, metrics)
  metrics.watchNamespaces(() => namespaces.status())
  metrics.watchCertificate(() => certificate.current().notAfter)
  const now = () => performance.now()
  const admission = createAdmission({
    guards,
    namespaces,
    recorder,
    now,
    policy: () => policy,
  })
  const traffic = createTraffic()
  const { address, port, healthAddress, healthPort, maxConcurrent, maxBytesInFlight } = config.server
  const app = buildApp({
    admission,
    certificate,
    recorder,
    traffic,
    families: { validate: guardIds, mutate: mutatorIds },
    limits: { maxConcurrent, maxBytesInFlight },
    now,
  })
  const health = buildHealthApp({
    metrics,
    checks: {
      listening: listeningCheck(app.server),
      certificate: certificateCheck(certificate),
      facts: factsCheck(namespaces),
      draining: drainingCheck(traffic),
    },
  })
  let stopping: Promise<void> | undefined

  try {
    await namespaces.start()
    // Health first: a webhook that answers is one that can be asked whether it does.
    const healthBound = await listen(health, healthAddress, healthPort)
    const webhookBound = await listen(app, address, port)
    log.info({ webhook: webhookBound, health: healthBound }, 'Started serving')
    return { webhook: webhookBound, health: healthBound, metrics, reconfigure, stop }
  } catch (error) {
    await Promise.allSettled([namespaces.stop(), app.close(), health.close()])
    throw error
  }

  function reconfigure(changed: Config): void {
    policy = policyFor(changed)
    namespaces.configure(changed.settings)
    log.level = changed.log.level
  }

  function stop(options?: DrainOptions): Promise<void> {
    stopping ??= end(options)
    return stopping
  }

  async function end(options: DrainOptions | undefined): Promise<void> {
    await drain(app, traffic, options)
    await Promise.all([namespaces.stop(), closeHealth(health)])
  }
}

function policyFor(config: Config) {
  return { ...policyOf(config), mutators: activeMutators(config) }
}

async function closeHealth(health: { readonly server: HttpServer; close(): Promise<unknown> }): Promise<void> {
  await health.close()
}

function createNamespaces({ facts, settings }: Config, log: Logger, recorder: Metrics): NamespaceSource {
  if (facts.source === 'file') return createFileNamespaces({ path: facts.path, settings, log })
  const { url, tokenFile, caFile } = facts.apiServer
  return createClusterNamespaces({
    settings,
    log,
    recorder,
    snapshot: facts.snapshot,
    maxSnapshotAgeMs: facts.maxSnapshotAge,
    server: { url: url ?? inClusterApiServer, tokenFile, caFile },
  })
}

/** By this name every pod finds its API server. Elsewhere nothing answers to it, which is an outage like any other. */
const inClusterApiServer = 'https://kubernetes.default.svc'

function originsOf(id: (typeof guardIds)[number]): readonly string[] {
  return [...Object.keys(guards[id].origins), ...Object.keys(tableOrigins)].map((origin) => `${id}/${origin}`)
}

/** Good with a complete set of facts, however old: age alone must not take every replica out at once. */
function factsCheck(namespaces: NamespaceSource): () => CheckResult {
  return () => {
    const { ready, source, ageSeconds, namespaces: known, connected, lastError } = namespaces.status()
    return {
      ok: ready,
      source,
      ageSeconds: Number.isFinite(ageSeconds) ? Math.round(ageSeconds) : null,
      namespaces: known,
      connected,
      lastError: lastError ?? null,
    }
  }
}
