/** Two tenants on a control plane, and writes of the one that are good or bad by the name that they ask for. */
import assert from 'node:assert/strict'
import { z } from 'zod'
import type { ApiRequest } from '../../support/control-plane/api-request.ts'

const hostLabel = 'namespace.cozystack.io/host'
/** Of the namespace that writes go to. */
export const own = { namespace: 'tenant-alice', apex: 'alice.example.org' }
/** Its names are bad ones for everybody else. */
export const other = { namespace: 'tenant-bob', apex: 'bob.example.org' }

export interface Kind {
  readonly kind: string
  /** Of its webhook. */
  readonly guard: string
  collectionIn(namespace: string): string
  manifest(name: string, hostname: string): object
}

const backend = { service: { name: 'shop', port: { number: 80 } } }

/** One kind for each of two webhooks, which API servers call over connections of their own. */
export const kinds = [
  {
    kind: 'HTTPRoute',
    guard: 'route-hostname',
    collectionIn: (namespace) => `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`,
    manifest: (name, hostname) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name },
      spec: { hostnames: [hostname] },
    }),
  },
  {
    kind: 'Ingress',
    guard: 'ingress-hostname',
    collectionIn: (namespace) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
    manifest: (name, hostname) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name },
      spec: { rules: [{ host: hostname, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    }),
  },
] as const satisfies readonly Kind[]

/** Makes a namespace with its apex, as the platform does. */
export async function createTenant(request: ApiRequest, namespace: string, apex: string): Promise<void> {
  const { status, body } = await request('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace, labels: { [hostLabel]: apex } },
  })
  assert.equal(status, 201, JSON.stringify(body))
}

const List = z.object({ items: z.array(z.object({ metadata: z.object({ name: z.string() }) })) })

/** Names of what is stored, in order. */
export async function listNames(request: ApiRequest, collection: string): Promise<readonly string[]> {
  const { status, body } = await request('GET', collection)
  assert.equal(status, 200, JSON.stringify(body))
  return List.parse(body)
    .items.map(({ metadata }) => metadata.name)
    .sort()
}
