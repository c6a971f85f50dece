/** Secrets of one namespace, by name: get, create (as a server-side apply, which RBAC can tie to a name) and patch. */
import { randomBytes } from 'node:crypto'
import type { SecretStore, StoredSecret } from '../reconcile/installation-ports.ts'
import type { KubeClient } from './kube-client.ts'
import { isNotFound, KubeError } from './kube-error.ts'
import { isObject, own } from './own.ts'

export function createSecretStore(client: KubeClient, namespace: string): SecretStore {
  const path = (name: string) => `/api/v1/namespaces/${namespace}/secrets/${name}`
  return {
    async read(name, signal) {
      try {
        return readSecret(await client.send({ method: 'GET', path: path(name), signal, secret: true }))
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    async create(name, type, data, signal) {
      await client.send({
        method: 'PATCH',
        // Without force, and by a manager that nobody else is: one that came into being meanwhile is a conflict, be it
        // of another replica.
        path: `${path(name)}?fieldManager=gatehouse-${randomBytes(8).toString('hex')}`,
        patch: 'apply',
        body: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'gatehouse' } },
          type,
          data: encode(data),
        },
        signal,
        secret: true,
      })
    },
    async replace(name, read, data, signal) {
      const gone = Object.keys(read.data).filter((key) => !Object.hasOwn(data, key))
      await client.send({
        method: 'PATCH',
        path: `${path(name)}?fieldManager=gatehouse`,
        patch: 'merge-patch',
        body: {
          metadata: { resourceVersion: read.resourceVersion },
          data: { ...Object.fromEntries(gone.map((key) => [key, null])), ...encode(data) },
        },
        signal,
        secret: true,
      })
    },
  }
}

function readSecret(object: unknown): StoredSecret {
  const resourceVersion = own(own(object, 'metadata'), 'resourceVersion')
  const data = own(object, 'data') ?? {}
  if (typeof resourceVersion !== 'string' || !isObject(data)) {
    throw new KubeError('Secret', { status: 0, reason: 'unreadable', text: '' })
  }
  const texts = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === 'string' ? Buffer.from(value, 'base64').toString() : '',
  ])
  return { resourceVersion, data: Object.fromEntries(texts) }
}

function encode(data: StoredSecret['data']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]))
}
