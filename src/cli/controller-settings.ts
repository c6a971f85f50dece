/** The `controller` block with the defaults of `gatehouse reconcile`, and what its controllers need of the rest. */
import { ConfigError } from '../config/config-error.ts'
import type { Config } from '../config/config.ts'
import type { Installation } from '../coverage/expected.ts'
import { guardIds } from '../guards/resources.ts'
import { mutatorIds } from '../mutators/mutator.ts'
import type { RotationSettings } from '../tls/rotation.ts'

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
  return {
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
    self: webhook.certificates === 'self' ? readSelf(config, webhook, path) : undefined,
    tlsSecret: webhook.tlsSecret,
  }
}

function readSelf(
  { settings }: Config,
  webhook: NonNullable<Config['controller']['webhook']>,
  path: string,
): SelfSettings {
  const { service, caSecret = '', tlsSecret = '', podSelector = {}, extraNames = [] } = webhook
  const { leafLifetime: leafLifetimeMs = 90 * 24 * hour, caLifetime: caLifetimeMs = 10 * 365 * 24 * hour } = webhook
  if (caLifetimeMs < 3 * leafLifetimeMs) {
    refuse(path, 'controller.webhook.caLifetime', 'must be at least three times `leafLifetime`')
  }
  const { name, namespace } = service
  const names = [`${name}.${namespace}.svc`, `${name}.${namespace}.svc.${settings.clusterDomain}`]
  return {
    caSecret,
    tlsSecret,
    podSelector,
    rotation: { names: [...names, `${name}.${namespace}`, name, ...extraNames], leafLifetimeMs, caLifetimeMs },
  }
}

function refuse(path: string, where: string, text: string): never {
  throw new ConfigError(path, [{ where, text }])
}
