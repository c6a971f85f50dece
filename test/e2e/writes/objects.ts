/** The smallest objects of each guarded kind that a real API server accepts, and where they are. */
import { gatewayApi } from '../../../src/guards/resources.ts'

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name?: string
    readonly generateName?: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly finalizers?: readonly string[]
  }
  readonly [field: string]: unknown
}

export type Metadata = Omit<KubeObject['metadata'], 'name' | 'namespace'>

export const hostLabel = 'namespace.cozystack.io/host'
/** Of the test: nobody but the test takes it off. */
export const finalizer = 'gatehouse.test/keep'

const plurals: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  GRPCRoute: 'grpcroutes',
  Gateway: 'gateways',
  HTTPRoute: 'httproutes',
  Ingress: 'ingresses',
  Lease: 'leases',
  ListenerSet: 'listenersets',
  Namespace: 'namespaces',
  Node: 'nodes',
  Package: 'packages',
  Pod: 'pods',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
  TLSRoute: 'tlsroutes',
  TCPRoute: 'tcproutes',
  Tenant: 'tenants',
  TenantGateway: 'tenantgateways',
  UDPRoute: 'udproutes',
  XBackendTrafficPolicy: 'xbackendtrafficpolicies',
}

/** Path of all objects of the kind, where `object` belongs. */
export function collectionOf({ apiVersion, kind, metadata: { namespace } }: KubeObject): string {
  const plural = plurals[kind]
  if (plural === undefined) throw new Error(`No plural of ${kind}`)
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return namespace === undefined ? `${base}/${plural}` : `${base}/namespaces/${namespace}/${plural}`
}

export function pathOf(object: KubeObject): string {
  const { name } = object.metadata
  if (name === undefined) throw new Error(`A ${object.kind} without a name has no path yet`)
  return `${collectionOf(object)}/${name}`
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
}

/** A namespace that owns `apex`. */
export function tenantNamespace(name: string, apex: string): KubeObject {
  return namespace(name, { [hostLabel]: apex })
}

export function route(
  place: string,
  name: string,
  hostnames: readonly string[],
  {
    kind = 'HTTPRoute',
    version = 'v1',
    ...metadata
  }: Metadata & { readonly kind?: string; readonly version?: string } = {},
): KubeObject {
  // A TLSRoute must have rules, and these must have backends.
  const rules = kind === 'TLSRoute' ? { rules: [{ backendRefs: [{ name: 'shop', port: 443 }] }] } : {}
  return {
    apiVersion: `${gatewayApi}/${version}`,
    kind,
    metadata: { ...metadata, name, namespace: place },
    spec: { parentRefs: [{ name: 'cozystack' }], hostnames, ...rules },
  }
}

/** A route of a kind that names no hosts. */
export function plainRoute(
  place: string,
  name: string,
  kind: 'TCPRoute' | 'UDPRoute',
  metadata: Metadata = {},
): KubeObject {
  return {
    apiVersion: `${gatewayApi}/v1alpha2`,
    kind,
    metadata: { ...metadata, name, namespace: place },
    spec: { parentRefs: [{ name: 'cozystack' }], rules: [{ backendRefs: [{ name: 'shop', port: 5432 }] }] },
  }
}

/** Of a group of which only one kind may be written in the namespace of a tenant, and this is another. */
export function backendPolicy(place: string, name: string, metadata: Metadata = {}): KubeObject {
  return {
    apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
    kind: 'XBackendTrafficPolicy',
    metadata: { ...metadata, name, namespace: place },
    spec: { targetRefs: [{ group: '', kind: 'Service', name: 'shop' }] },
  }
}

export function gateway(place: string, name: string, hostname: string, metadata: Metadata = {}): KubeObject {
  return {
    apiVersion: `${gatewayApi}/v1`,
    kind: 'Gateway',
    metadata: { ...metadata, name, namespace: place },
    spec: { gatewayClassName: 'cilium', listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname }] },
  }
}

export function listenerSet(place: string, name: string, hostname: string, metadata: Metadata = {}): KubeObject {
  return {
    apiVersion: `${gatewayApi}/v1`,
    kind: 'ListenerSet',
    metadata: { ...metadata, name, namespace: place },
    spec: { parentRef: { name: 'cozystack' }, listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname }] },
  }
}

export function ingress(place: string, name: string, host: string, metadata: Metadata = {}): KubeObject {
  const paths = [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'shop', port: { number: 80 } } } }]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { ...metadata, name, namespace: place },
    spec: { rules: [{ host, http: { paths } }] },
  }
}

export function tenant(place: string, name: string, spec: unknown, metadata: Metadata = {}): KubeObject {
  return {
    apiVersion: 'apps.cozystack.io/v1alpha1',
    kind: 'Tenant',
    metadata: { ...metadata, name, namespace: place },
    spec,
  }
}

export function tenantGateway(place: string, name: string, spec: unknown, metadata: Metadata = {}): KubeObject {
  return {
    apiVersion: 'gateway.cozystack.io/v1alpha1',
    kind: 'TenantGateway',
    metadata: { ...metadata, name, namespace: place },
    spec,
  }
}

/** A Package of the platform; `gatewayValues` is where an attach list stands. */
export function platformPackage(name: string, gatewayValues: unknown, metadata: Metadata = {}): KubeObject {
  return {
    apiVersion: 'cozystack.io/v1alpha1',
    kind: 'Package',
    metadata: { ...metadata, name },
    spec: { components: { platform: { values: { gateway: gatewayValues } } } },
  }
}

export function configMap(
  place: string,
  name: string,
  data: Readonly<Record<string, string>>,
  metadata: Metadata = {},
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name, namespace: place }, data }
}

/** The ConfigMap that lists the tenants with a gateway of their own. */
export function platformConfig(place: string, tenants: readonly string[], metadata: Metadata = {}): KubeObject {
  const namespaces = JSON.stringify(tenants.map((name) => ({ name, gateway: {} })))
  return configMap(place, 'platform-config', { namespaces }, metadata)
}
