/** The `controller` block with the defaults of `gatehouse reconcile`, and what its controllers need of the rest. */
import { ConfigError } from '../config/config-error.ts'
import type { Config } from '../config/config.ts'
import type { Installation } from '../coverage/expected.ts'
import { guardIds } from '../guards/resources.ts'
import { mutatorIds } from '../mutators/mutator.ts'
import type { RotationSettings } from '../tls/rotation-step.ts'

const second = 1_000
const hour = 3_600 * second

export interface ControllerSettings {
  /** Of the Lease and everything else that belongs to the installation. */
  readonly namespace: string
  readonly lease: {
    readonly name: string
    readonly durationMs: number
    readonly renewMs: number
    readonly retryMs: number
  }
  readonly coverageIntervalMs: number
  readonly webhook: WebhookSettings | undefined
}

export interface WebhookSettings {
  /** DNS name or IP address by which API servers call. */
  readonly serverName: string
  readonly installation: Omit<Installation, 'ca'>
  /** Undefined: certificates are another's affair. */
  readonly self: SelfSettings | undefined
  readonly tlsSecret: string | undefined
}

export interface SelfSettings {
  readonly caSecret: string
  readonly tlsSecret: string
  readonly podSelector: Readonly<Record<string, string>>
  readonly rotation: RotationSettings
}

/** Reads them; `path` is the file that faults are told of. */
export function readControllerSettings(config: Config, path: string): ControllerSettings {
  const { lease = {}, coverage = {}, webhook } = config.controller
  const durationMs = lease.duration ?? 15 * second
  const renewMs = lease.renew ?? 10 * second
  const retryMs = lease.retry ?? 2 * second
  if (renewMs >= durationMs || retryMs >= renewMs) {
    // Else two replicas lead at once, or none for long.
    refuse(path, 'controller.lease', 'must have `retry` below `renew`, and `renew` below `duration`')
  }
  return {
    namespace: webhook?.service.namespace ?? config.settings.platformNamespace,
    lease: { name: lease.name ?? 'gatehouse-controller', durationMs, renewMs, retryMs },
    coverageIntervalMs: coverage.interval ?? 5 * 60 * second,
    webhook: webhook === undefined ? undefined : readWebhook(config, webhook, path),
  }
}

function readWebhook(
  config: Config,
  webhook: NonNullable<Config['controller']['webhook']>,
  path: string,
): WebhookSettings {
  const { namespacePrefix, hostLabel, protectedLabels, platformNamespace } = config.settings
  const { configurations, service, failurePolicies = {} } = webhook
  const serverName = readServerName(webhook, path)
  return {
    serverName,
    installation: {
      configurations,
      service: { ...service, port: service.port ?? 443 },
      url: webhook.url,
      ownNamespace: service.namespace,
      platformNamespace,
      namespacePrefix,
      hostLabel,
      protectedLabels,
      guards: guardIds.filter((id) => config.guards[id].mode !== 'disabled'),
      mutators: mutatorIds.filter((id) => config.mutators[id].mode !== 'disabled'),
      failurePolicies,
    },
    self: webhook.certificates === 'self' ? readSelf(config, webhook, serverName, path) : undefined,
    tlsSecret: webhook.tlsSecret,
  }
}

function readSelf(
  { settings }: Config,
  webhook: NonNullable<Config['controller']['webhook']>,
  serverName: string,
  path: string,
): SelfSettings {
  const { service, caSecret = '', tlsSecret = '', podSelector = {}, extraNames = [] } = webhook
  const { leafLifetime: leafLifetimeMs = 90 * 24 * hour, caLifetime: caLifetimeMs = 10 * 365 * 24 * hour } = webhook
  if (caLifetimeMs < 3 * leafLifetimeMs) {
    refuse(path, 'controller.webhook.caLifetime', 'must be at least three times `leafLifetime`')
  }
  const { name, namespace } = service
  const long = `${name}.${namespace}.svc`
  const names = [serverName, long, `${long}.${settings.clusterDomain}`, `${name}.${namespace}`, name, ...extraNames]
  return {
    caSecret,
    tlsSecret,
    podSelector,
    rotation: { names: [...new Set(names)], leafLifetimeMs, caLifetimeMs },
  }
}

/** The name that API servers verify the certificate for: by it they call. */
function readServerName({ service, url }: NonNullable<Config['controller']['webhook']>, path: string): string {
  if (url === undefined) return `${service.name}.${service.namespace}.svc`
  const parsed = URL.parse(url)
  if (parsed === null || parsed.hostname === '') refuse(path, 'controller.webhook.url', 'must be a URL with a host')
  // An IPv6 address stands in brackets there, and nowhere else.
  return parsed.hostname.replace(/^\[(.*)\]$/, '$1')
}

function refuse(path: string, where: string, text: string): never {
  throw new ConfigError(path, [{ where, text }])
}
