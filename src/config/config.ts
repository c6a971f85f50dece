import { z } from 'zod'
import type { GuardId } from '../guards/resources.ts'
import { mutators } from '../mutators/index.ts'
import type { MutatorId } from '../mutators/mutator.ts'
import { Cluster, Controller } from './controller.ts'
import { Facts } from './facts.ts'
import { explainHostnameTemplate, isHostnameTemplate } from './hostname-template.ts'
import { PlatformSettings } from './platform-settings.ts'
import { Server } from './server.ts'
import { Tls } from './tls.ts'

const Guard = z.strictObject({
  mode: z
    .enum(['enforce', 'warn', 'audit', 'disabled'])
    .default('enforce')
    .describe('What happens to a violation of this guard'),
})
const guard = Guard.prefault({})

const Guards = z.strictObject({
  'attached-namespaces': guard.describe('Which namespaces may attach to a tenant gateway'),
  'gateway-config': guard.describe('What `platform-config` may ask for'),
  'gateway-hostname': guard.describe('Listener hostnames of gateways'),
  'ingress-hostname': guard.describe('Hosts of Ingresses'),
  'namespace-host-label': guard.describe('Protected labels of Namespaces'),
  'route-hostname': guard.describe('Hostnames of routes'),
  'tenant-host': guard.describe('Hosts of Tenants'),
} satisfies Record<GuardId, typeof guard>)

const listenerDefaults = mutators['default-listener-hostname'].Settings
const routeDefaults = mutators['default-route-hostname'].Settings

const Mutators = z.strictObject({
  'default-listener-hostname': listenerDefaults.prefault({}).describe('A hostname for listeners without one'),
  'default-route-hostname': z
    .strictObject({
      ...routeDefaults.shape,
      template: routeDefaults.shape.template.refine(isHostnameTemplate, { error: explainHostnameTemplate }),
    })
    .prefault({})
    .describe('A hostname for routes without one'),
} satisfies Record<MutatorId, z.ZodType>)

const Log = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('The least severe lines that are written'),
  format: z.enum(['json', 'text']).default('json').describe('One JSON object a line, or text for people'),
})

/**
 * The configuration file (DESIGN section 4). Durations come out as milliseconds, sizes as bytes. Every key has a
 * default or may be absent, so `{}` is a complete file.
 */
export const Config = z.strictObject({
  settings: PlatformSettings.prefault({}).describe('Facts about the platform'),
  guards: Guards.prefault({}).describe('The rules, each with its mode'),
  mutators: Mutators.prefault({}).describe('What fills gaps in objects before they are judged'),
  facts: Facts.prefault({}).describe('Where namespaces and their labels come from'),
  server: Server.prefault({}).describe('Listeners and limits'),
  tls: Tls.prefault({}).describe('How the webhook serves TLS'),
  controller: Controller.prefault({}).describe('Settings of `gatehouse reconcile`'),
  cluster: Cluster.prefault({}).describe('API server of `gatehouse reconcile`'),
  log: Log.prefault({}).describe('Log lines'),
})
export type Config = z.infer<typeof Config>
