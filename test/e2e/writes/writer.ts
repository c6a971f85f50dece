/** Short words for writes to an API server, and for what became of them. */
import type { OutgoingHttpHeaders } from 'node:http'
import type { ApiAnswer, ApiRequest } from '../../support/control-plane/api-request.ts'
import { waitUntil } from '../../support/control-plane/wait-until.ts'
import { collectionOf, pathOf, type KubeObject } from './objects.ts'

export interface Writer {
  create(object: KubeObject, query?: string): Promise<ApiAnswer>
  /** A JSON merge patch, of the object or of one of its subresources. */
  patch(object: KubeObject, change: object, subresource?: string): Promise<ApiAnswer>
  /** A PUT of `object` with the version that is stored. */
  replace(object: KubeObject, subresource?: string): Promise<ApiAnswer>
  apply(object: KubeObject, manager: string): Promise<ApiAnswer>
  remove(object: KubeObject): Promise<ApiAnswer>
  read(object: KubeObject): Promise<ApiAnswer>
  /** Waits until the object is there and answers with it. */
  appears(object: KubeObject): Promise<ApiAnswer>
  /** Waits until the object is really gone. */
  vanishes(object: KubeObject): Promise<'gone'>
}

/** `headers` say who writes: a token, or whom the administrator impersonates. */
export function createWriter(request: ApiRequest, headers: OutgoingHttpHeaders = {}): Writer {
  const send = (method: string, path: string, body?: unknown, type?: string): Promise<ApiAnswer> =>
    request(method, path, body, type === undefined ? headers : { ...headers, 'content-type': type })
  const under = (object: KubeObject, subresource?: string): string =>
    subresource === undefined ? pathOf(object) : `${pathOf(object)}/${subresource}`
  const read = (object: KubeObject): Promise<ApiAnswer> => request('GET', pathOf(object))
  return {
    create: (object, query = '') => send('POST', `${collectionOf(object)}${query}`, object),
    patch: (object, change, subresource) =>
      send('PATCH', under(object, subresource), change, 'application/merge-patch+json'),
    async replace(object, subresource) {
      const { body } = await read(object)
      const resourceVersion = textAt(body, 'metadata', 'resourceVersion')
      return send('PUT', under(object, subresource), { ...object, metadata: { ...object.metadata, resourceVersion } })
    },
    apply: (object, manager) =>
      send('PATCH', `${pathOf(object)}?fieldManager=${manager}&force=true`, object, 'application/apply-patch+yaml'),
    remove: (object) => send('DELETE', pathOf(object)),
    read,
    appears: (object) =>
      waitUntil(`${object.kind} ${object.metadata.name} is there`, async () => {
        const answer = await read(object)
        return answer.status === 200 ? answer : undefined
      }),
    vanishes: (object) =>
      waitUntil(`${object.kind} ${object.metadata.name} is gone`, async () =>
        (await read(object)).status === 404 ? 'gone' : undefined,
      ),
  }
}

/** The Administrator acting as somebody else. A ServiceAccount's groups come by themselves if none are named. */
export function actingAs(user: string, groups: readonly string[] = []): OutgoingHttpHeaders {
  return { 'impersonate-user': user, ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }) }
}

/** What is at `keys` of a parsed answer; undefined where nothing is. */
export function valueAt(body: unknown, ...keys: readonly string[]): unknown {
  let value: unknown = body
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = Object.entries(value).find(([own]) => own === key)?.[1]
  }
  return value
}

export function textAt(body: unknown, ...keys: readonly string[]): string {
  const value = valueAt(body, ...keys)
  return typeof value === 'string' ? value : ''
}

/** What became of a write, in one line: `stored`, or the code and what the API server said. */
export function outcomeOf({ status, body }: ApiAnswer): string {
  if (status < 300) return 'stored'
  return `${status}: ${textAt(body, 'message') || JSON.stringify(body)}`
}

/** Lets somebody do everything that RBAC rules, so that admission alone decides. */
export async function makeClusterAdmin(request: ApiRequest, user: string): Promise<void> {
  const group = 'rbac.authorization.k8s.io'
  const { status, body } = await request('POST', `/apis/${group}/v1/clusterrolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { generateName: 'everything-for-' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: group, kind: 'User', name: user }],
  })
  if (status !== 201) throw new Error(`${user} got no rights: ${status}: ${JSON.stringify(body)}`)
}
