/** The AdmissionReviews of the benchmark. */
import { largeDocumentEntries, makePlatformConfig } from './platform-config.ts'
import { makeUid, managedBy, padReview, type BenchReview } from './review-frame.ts'
import { hostOf, tenantNamespace } from './tenants.ts'

const kib = 1024
export type ReviewKind = 'route-allowed' | 'route-refused' | 'gateway' | 'configmap' | 'configmap-document'

/** Makes review number `index` of a kind; reviews of one kind differ in tenant, names and uid. */
export function makeReview(kind: ReviewKind, index: number): BenchReview {
  switch (kind) {
    case 'route-allowed':
      return makeRoute(index, hostOf('shop', index), 4 * kib)
    case 'route-refused':
      return { ...makeRoute(index, hostOf('shop', index + 1), 4 * kib), allowed: false }
    case 'gateway':
      return makeGateway(index, 64 * kib)
    case 'configmap':
      return makePlatformConfig(index, 20, 1024 * kib)
    case 'configmap-document':
      return makePlatformConfig(index, largeDocumentEntries, 1024 * kib)
  }
}

const gatewayApi = { group: 'gateway.networking.k8s.io', version: 'v1' }

function makeRoute(index: number, foreign: string, bytes: number): BenchReview {
  const namespace = tenantNamespace(index)
  const spec = {
    hostnames: [hostOf('www', index), foreign],
    parentRefs: [{ group: gatewayApi.group, kind: 'Gateway', name: 'cozystack', sectionName: 'https' }],
    rules: Array.from({ length: 4 }, (_, rule) => ({
      backendRefs: [{ group: '', kind: 'Service', name: `shop-${rule}`, port: 80, weight: 1 }],
      matches: [{ path: { type: 'PathPrefix', value: `/part-${rule}` } }],
    })),
  }
  const managed = { 'f:spec': { '.': {}, 'f:hostnames': {}, 'f:parentRefs': {}, 'f:rules': {} } }
  const copy = JSON.stringify({ kind: 'HTTPRoute', metadata: { name: 'shop', namespace }, spec })
  return makeCreate({
    index,
    kind: 'HTTPRoute',
    resource: 'httproutes',
    namespace,
    name: 'shop',
    spec,
    managed,
    annotation: { key: 'kubectl.kubernetes.io/last-applied-configuration', start: copy },
    bytes,
  })
}

function makeGateway(index: number, bytes: number): BenchReview {
  const namespace = tenantNamespace(index)
  const names = Array.from({ length: 64 }, (_, listener) => `listener-${listener}`)
  const listeners = names.map((name) => ({
    name,
    hostname: hostOf(name, index),
    port: 443,
    protocol: 'HTTPS',
    tls: { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', name: `${name}-tls` }] },
    allowedRoutes: {
      kinds: [{ group: gatewayApi.group, kind: 'HTTPRoute' }],
      namespaces: { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  }))
  const fields = {
    '.': {},
    'f:name': {},
    'f:hostname': {},
    'f:port': {},
    'f:protocol': {},
    'f:tls': { '.': {}, 'f:mode': {}, 'f:certificateRefs': {} },
    'f:allowedRoutes': { '.': {}, 'f:kinds': {}, 'f:namespaces': { '.': {}, 'f:from': {}, 'f:selector': {} } },
  }
  const managed = {
    'f:spec': {
      '.': {},
      'f:gatewayClassName': {},
      'f:listeners': Object.fromEntries(names.map((name) => [`k:{"name":"${name}"}`, fields])),
    },
  }
  const spec = { gatewayClassName: 'cilium', listeners }
  // Applied by the server, as Flux does: no copy of the object in an annotation.
  return makeCreate({
    index,
    kind: 'Gateway',
    resource: 'gateways',
    namespace,
    name: 'main',
    spec,
    managed,
    annotation: { key: 'example.org/notes', start: '' },
    bytes,
  })
}

interface Creation {
  readonly index: number
  readonly kind: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly spec: object
  readonly managed: object
  /** Text that no guard reads; what is missing to the size goes behind it. */
  readonly annotation: { readonly key: string; readonly start: string }
  readonly bytes: number
}

function makeCreate(creation: Creation): BenchReview {
  const { index, kind, resource, namespace, name, spec, managed, annotation, bytes } = creation
  const object = (filler: string): object => ({
    apiVersion: `${gatewayApi.group}/${gatewayApi.version}`,
    kind,
    metadata: {
      name,
      namespace,
      uid: makeUid(index, 'b'),
      creationTimestamp: '2026-11-21T13:17:47Z',
      generation: 1,
      labels: { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { [annotation.key]: `${annotation.start}${filler}` },
      managedFields: [managedBy(`${gatewayApi.group}/${gatewayApi.version}`, managed)],
    },
    spec,
  })
  return padReview(index, { ...gatewayApi, kind, resource, namespace, name }, object, bytes)
}
