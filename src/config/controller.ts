/**
 * The `controller` block in the shape of DESIGN sections 3, 12 and 13. The admission server reads none of it, so its
 * defaults are with its reader, src/cli/controller-settings.ts; that it is written correctly shows all the same.
 */
import { z } from 'zod'
import { guardIds } from '../guards/resources.ts'
import { mutatorIds } from '../mutators/mutator.ts'
import { showValue } from './show-value.ts'
import { FilePath, Text } from './text.ts'
import { Duration, PositiveDuration } from './units.ts'

const Share = z.union([z.int().min(1), z.string().regex(/^[0-9]{1,3}%$/, { error: explainShare })], {
  error: explainShare,
})

function explainShare({ input }: { readonly input?: unknown }): string {
  return `must be a whole number of at least 1 or a share such as '10%', not ${showValue(input)}`
}

const Storage = z.strictObject({
  size: Text.optional().describe('Size of the volume, as Kubernetes writes quantities'),
  className: z.string().optional().describe("Storage class; empty: the cluster's default"),
})

const NetworkPolicy = z.strictObject({
  enabled: z.boolean().optional().describe('Whether network policies are made'),
  routerNamespaces: z.array(Text).optional().describe('Namespaces of routers that may connect'),
  metricsNamespaces: z.array(Text).optional().describe('Namespaces that may read metrics'),
})

const OpenShell = z.strictObject({
  enabled: z.boolean().optional().describe('Whether OpenShell gateways are provisioned'),
  defaultImage: Text.optional().describe('Gateway image of an entry that names none'),
  supervisorImage: z.string().optional().describe('Empty: derived from the gateway image'),
  sandboxImage: z.string().optional().describe('Empty: left out'),
  gracePeriod: Duration.optional().describe('Between the removal of an entry and that of its objects'),
  retention: z.enum(['Retain', 'Delete']).optional().describe('What becomes of the volume of a removed entry'),
  resync: Duration.optional().describe('Every tenant is looked at again after this time'),
  workers: z.int().min(1).optional().describe('Tenants at a time'),
  maxUpdating: Share.optional().describe('Tenants not ready at a time because of a changed default'),
  rolloutTimeout: Duration.optional().describe('A roll-out that takes longer is stuck'),
  leafLifetime: Duration.optional().describe('Lifetime of the certificates that are issued'),
  caOverlap: Duration.optional().describe('How long the old and the new CA are both trusted'),
  openshift: z
    .union([z.literal('auto'), z.boolean()], {
      error: ({ input }) => `must be 'auto', true or false, not ${showValue(input)}`,
    })
    .optional()
    .describe('Whether the cluster is OpenShift'),
  storage: Storage.optional().describe('Volume of a gateway'),
  networkPolicy: NetworkPolicy.optional().describe('Who may connect to a gateway'),
})

const ConfigMapKey = z.strictObject({
  namespace: Text.optional().describe('Namespace of the ConfigMap'),
  name: Text.optional().describe('Name of the ConfigMap'),
  key: Text.optional().describe('Key in its data'),
})

const ClientOffer = z.strictObject({
  ciphers: z.array(Text).optional().describe('Ciphers'),
  groups: z.array(Text).optional().describe('Groups'),
})

const TlsProfile = z.strictObject({
  source: z.enum(['auto', 'configMap', 'none']).optional().describe('Where the profile comes from'),
  configMap: ConfigMapKey.optional().describe('With source configMap: which one'),
  target: ConfigMapKey.omit({ namespace: true }).optional().describe('ConfigMap that the resolved profile goes to'),
  whenLegacy: z.enum(['honor', 'ignore']).optional().describe('What to do while adherence is unset or legacy'),
  deployments: z
    .array(z.strictObject({ namespace: Text.describe('Its namespace'), name: Text.describe('Its name') }))
    .optional()
    .describe('Deployments rolled when the profile changes'),
  rollOwn: z.boolean().optional().describe("Whether Gatehouse's own pods are rolled, too"),
  clientOffer: z
    .union([z.literal('oldest'), ClientOffer], {
      error: ({ input }) => `must be 'oldest' or a mapping with \`ciphers\` and \`groups\`, not ${showValue(input)}`,
    })
    .optional()
    .describe('What clients offer at least: a profile without any of it is refused'),
})

const Service = z.strictObject({
  name: Text.describe('Name of the Service'),
  namespace: Text.describe('Namespace of the Service, and of everything else that belongs to the installation'),
  port: z.int().min(1).max(65535).optional().describe('Port of the Service'),
})

const failurePolicies = z.strictObject(
  Object.fromEntries(
    [...guardIds, ...mutatorIds].map((id) => [
      id,
      z.enum(['Fail', 'Ignore']).optional().describe(`failurePolicy of the webhook of ${id}`),
    ]),
  ),
)

const Installation = z.strictObject({
  configurations: Text.describe('Name of the ValidatingWebhookConfiguration and of the MutatingWebhookConfiguration'),
  service: Service.describe('Service that the API server calls'),
  url: Text.optional().describe(
    'Base of the URLs that are registered in place of the Service, for API servers outside',
  ),
  certificates: z
    .enum(['self', 'external'])
    .optional()
    .describe('Whether certificates are issued and rotated here, or only looked at'),
  caSecret: Text.optional().describe("Secret of Gatehouse's own CA"),
  tlsSecret: Text.optional().describe('Secret of the serving certificate'),
  extraNames: z.array(Text).optional().describe('Further DNS names and IP addresses of the serving certificate'),
  leafLifetime: PositiveDuration.optional().describe('Lifetime of the serving certificate; renewed at two thirds'),
  caLifetime: PositiveDuration.optional().describe('Lifetime of the CA'),
  podSelector: z.record(z.string(), z.string()).optional().describe('Labels of the pods that serve'),
  failurePolicies: failurePolicies.optional().describe('What was registered on purpose; absent keys: Fail for guards'),
})

/** Needed to issue certificates oneself, and for nothing else. */
const selfKeys = ['caSecret', 'tlsSecret', 'podSelector'] as const

const Webhook = Installation.check(({ value, issues }) => {
  if (value.certificates !== 'self') return
  for (const key of selfKeys) {
    if (value[key] !== undefined) continue
    issues.push({ code: 'custom', path: [key], input: value, message: 'is required with `certificates: self`' })
  }
})

const Lease = z.strictObject({
  name: Text.optional().describe('Name of the Lease'),
  duration: PositiveDuration.optional().describe('A leader not heard of for so long is replaced'),
  renew: PositiveDuration.optional().describe('A leader that could not renew for so long steps down'),
  retry: PositiveDuration.optional().describe('Between two attempts to take or to renew'),
})

const Coverage = z.strictObject({
  interval: PositiveDuration.optional().describe('Between two comparisons with the live registration'),
})

/** Settings of `gatehouse reconcile`. */
export const Controller = z.strictObject({
  webhook: Webhook.optional().describe('The installation itself; absent: nothing to look after'),
  lease: Lease.optional().describe('Who of several replicas is active'),
  coverage: Coverage.optional().describe('Whether the registration still covers what guards look at'),
  openshell: OpenShell.optional().describe('OpenShell gateways from `platform-config`'),
  tlsProfile: TlsProfile.optional().describe("The cluster's TLS profile, brought into the profile file"),
})

/** How `gatehouse reconcile` finds its API server. */
export const Cluster = z.strictObject({
  kubeconfig: FilePath.optional().describe('Kubeconfig file; absent: in-cluster'),
})
