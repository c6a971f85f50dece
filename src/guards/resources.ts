/**
 * The one table of what Gatehouse looks at: kind × version × subresource × hostname paths. The engine
 * matches by it; registration, docs and tests derive from it.
 * Source: reference/tenant-gateways.md 2.2 to 2.7, openshell-gateways.md 2, DESIGN section 10.
 */
export const guardIds = [
  'attached-namespaces',
  'gateway-config',
  'gateway-hostname',
  'ingress-hostname',
  'namespace-host-label',
  'route-hostname',
  'tenant-host',
] as const
export type GuardId = (typeof guardIds)[number]

/** One value for each guard. */
export function forEveryGuard<Value>(valueOf: (id: GuardId) => Value): Readonly<Record<GuardId, Value>> {
  const entries = guardIds.map((id) => [id, valueOf(id)] as const)
  // Every id has its entry, which the type of fromEntries cannot say.
  return Object.fromEntries(entries) as Record<GuardId, Value>
}

/** What the engine refuses by the table alone, before a guard is asked; the same for every guard. */
export const tableOrigins = {
  'unknown-version': 'a version of a guarded kind that Gatehouse does not know',
  'unknown-subresource': 'a sub-resource of a guarded kind that Gatehouse does not know',
  'unknown-operation': 'an operation other than CREATE, UPDATE and DELETE on a guarded kind',
  'retired-group': 'a group that once served a guarded kind',
} as const
export type TableOrigin = keyof typeof tableOrigins

/** What happens to a write of a subresource: judged like the object, or allowed because nothing guarded can change. */
export type SubresourceRule = 'judged' | 'unjudged'

export interface ResourceRow {
  readonly guard: GuardId
  readonly group: string
  readonly kind: string
  /** The plural, as in registration rules. */
  readonly resource: string
  /** `*`: up to the CRD; the rule is the same. */
  readonly scope: 'Namespaced' | 'Cluster' | '*'
  /** Served versions we know; any other version is refused. `*`: the kind names no host, every version passes alike. */
  readonly versions: readonly string[]
  /** Subresources beside the object itself. */
  readonly subresources: Readonly<Record<string, SubresourceRule>>
  /** Operations that are judged; DELETE elsewhere is always allowed. */
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[]
  /** Where names (or lists of namespaces) stand in the object, for docs. */
  readonly paths: readonly string[]
}

export const gatewayApi = 'gateway.networking.k8s.io'
const experimentalGatewayApi = 'gateway.networking.x-k8s.io'
export const gatewayApiGroups: readonly string[] = [gatewayApi, experimentalGatewayApi]

const writes = ['CREATE', 'UPDATE'] as const

const routePaths = ['spec.hostnames[]', 'spec.parentRefs[]', 'metadata.annotations']
const listenerPaths = ['spec.listeners[].hostname', 'spec.listeners[].allowedRoutes', 'metadata.annotations']

export const resources: readonly ResourceRow[] = [
  route('HTTPRoute', 'httproutes', ['v1', 'v1beta1', 'v1alpha2'], routePaths),
  route('TLSRoute', 'tlsroutes', ['v1', 'v1alpha2', 'v1alpha3'], routePaths),
  route('GRPCRoute', 'grpcroutes', ['v1', 'v1alpha2'], routePaths),
  route('TCPRoute', 'tcproutes', ['*'], ['spec.parentRefs[]']),
  route('UDPRoute', 'udproutes', ['*'], ['spec.parentRefs[]']),
  listeners(
    gatewayApi,
    'Gateway',
    'gateways',
    ['v1', 'v1beta1'],
    [...listenerPaths, 'spec.infrastructure.annotations', 'spec.allowedListeners'],
  ),
  listeners(gatewayApi, 'ListenerSet', 'listenersets', ['v1'], [...listenerPaths, 'spec.parentRef']),
  listeners(
    experimentalGatewayApi,
    'XListenerSet',
    'xlistenersets',
    ['v1alpha1'],
    [...listenerPaths, 'spec.parentRef'],
  ),
  {
    guard: 'ingress-hostname',
    group: 'networking.k8s.io',
    kind: 'Ingress',
    resource: 'ingresses',
    scope: 'Namespaced',
    versions: ['v1'],
    // A status write of a core type can change metadata, annotations included.
    subresources: { status: 'judged' },
    operations: writes,
    paths: ['spec.rules[].host', 'spec.tls[].hosts[]', 'spec.defaultBackend', 'metadata.annotations'],
  },
  {
    guard: 'tenant-host',
    group: 'apps.cozystack.io',
    kind: 'Tenant',
    resource: 'tenants',
    scope: 'Namespaced',
    versions: ['v1alpha1'],
    subresources: { status: 'unjudged' },
    operations: writes,
    paths: ['spec.host'],
  },
  {
    guard: 'namespace-host-label',
    group: '',
    kind: 'Namespace',
    resource: 'namespaces',
    scope: 'Cluster',
    versions: ['v1'],
    subresources: { status: 'judged', finalize: 'judged' },
    operations: writes,
    paths: ['metadata.labels'],
  },
  {
    guard: 'attached-namespaces',
    group: 'cozystack.io',
    kind: 'Package',
    resource: 'packages',
    scope: '*',
    versions: ['v1alpha1'],
    subresources: { status: 'unjudged' },
    operations: writes,
    paths: ['spec.components.platform.values.gateway.attachedNamespaces[]'],
  },
  {
    guard: 'attached-namespaces',
    group: 'gateway.cozystack.io',
    kind: 'TenantGateway',
    resource: 'tenantgateways',
    scope: 'Namespaced',
    versions: ['v1alpha1'],
    subresources: { status: 'unjudged' },
    operations: writes,
    paths: ['spec.attachedNamespaces[]'],
  },
  {
    guard: 'gateway-config',
    group: '',
    kind: 'ConfigMap',
    resource: 'configmaps',
    scope: 'Namespaced',
    versions: ['v1'],
    subresources: {},
    operations: [...writes, 'DELETE'],
    paths: ['data.namespaces'],
  },
]

/** Kinds that a route may name as its parent: all that have listeners. */
export const listenerKinds: readonly string[] = resources
  .filter(({ guard }) => guard === 'gateway-hostname')
  .map(({ kind }) => kind)

/**
 * Groups that served guarded kinds once, or serve them under other names: whatever of them is written to a
 * tenant namespace is refused, but for kinds of the table.
 */
export const retiredGroups: readonly { readonly guard: GuardId; readonly group: string }[] = [
  { guard: 'ingress-hostname', group: 'extensions' },
  { guard: 'gateway-hostname', group: experimentalGatewayApi },
]

function route(kind: string, resource: string, versions: readonly string[], paths: readonly string[]): ResourceRow {
  return customResource('route-hostname', gatewayApi, kind, resource, versions, paths)
}

function listeners(
  group: string,
  kind: string,
  resource: string,
  versions: readonly string[],
  paths: readonly string[],
): ResourceRow {
  return customResource('gateway-hostname', group, kind, resource, versions, paths)
}

// Through the status of a custom resource nothing else can be written, metadata included.
function customResource(
  guard: GuardId,
  group: string,
  kind: string,
  resource: string,
  versions: readonly string[],
  paths: readonly string[],
): ResourceRow {
  const scope = 'Namespaced'
  return {
    guard,
    group,
    kind,
    resource,
    scope,
    versions,
    subresources: { status: 'unjudged' },
    operations: writes,
    paths,
  }
}
