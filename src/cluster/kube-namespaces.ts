/** Namespaces with their labels, through the Kubernetes client: list. */
import type { Namespace } from '../tenancy/tenancy.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeError } from './kube-error.ts'
import { readNamespaceObject } from './namespace-object.ts'
import { own } from './own.ts'

const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
const pageSize = 500

/** All of them, page by page, or an error. */
export async function listAllNamespaces(client: KubeClient): Promise<readonly Namespace[]> {
  const namespaces: Namespace[] = []
  for (let next = ''; ;) {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next === '' ? {} : { continue: next }) })
    const page = await client.send({ method: 'GET', path: `/api/v1/namespaces?${query}`, accept })
    const items = own(page, 'items')
    if (!Array.isArray(items)) throw unreadable()
    for (const item of items) {
      const fact = readNamespaceObject(item, '', [])
      if (fact === undefined) throw unreadable()
      namespaces.push(fact.namespace)
    }
    const following = own(own(page, 'metadata'), 'continue') ?? ''
    if (following === '') return namespaces
    if (typeof following !== 'string' || following === next || items.length === 0) throw unreadable()
    next = following
  }
}

function unreadable(): KubeError {
  return new KubeError('NamespaceList', { status: 0, reason: 'unreadable', text: '' })
}
