/** Puts objects into a real API server as they are before a case, and takes them out again. */
import type { Json, JsonObject } from '../../../src/guards/guard.ts'
import { isList, isObject, member } from '../../../src/guards/json.ts'
import { resources } from '../../../src/guards/resources.ts'
import type { Case } from '../../support/cases.ts'
import type { ApiAnswer, ApiRequest } from '../../support/control-plane/api-request.ts'

/** Where an object is. */
export interface Place {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** Path of all objects of the kind, and of this one. */
  readonly collection: string
  readonly path: string
}

/** Keeps an object that is being deleted until it is let go. */
const finalizer = 'gatehouse.test/keep'

/** Undefined where neither the object nor the case has a name. */
export function placeOf({ resource, namespace, name: requested }: Case, object: Json): Place | undefined {
  const { group, version, resource: plural, kind } = resource
  const apiVersion = group === '' ? version : `${group}/${version}`
  const base = group === '' ? `/api/${version}` : `/apis/${apiVersion}`
  const row = resources.find((known) => known.group === group && known.resource === plural)
  const isScoped = row?.scope !== 'Cluster' && namespace !== ''
  const collection = isScoped ? `${base}/namespaces/${namespace}/${plural}` : `${base}/${plural}`
  const own = member(member(object, 'metadata'), 'name')
  const name = typeof own === 'string' && own !== '' ? own : requested
  return name === ''
    ? undefined
    : { apiVersion, kind, name, collection, path: `${collection}/${encodeURIComponent(name)}` }
}

/** The object as a server wants it addressed; what is no object becomes one. */
export function withName(object: Json, { apiVersion, kind, name }: Place): JsonObject {
  return { ...asObject(object), apiVersion, kind, metadata: { ...asObject(member(object, 'metadata')), name } }
}

/** An update names the version that it changes, and keeps what a server alone may set. */
export function updateOf(stored: Json | undefined, object: JsonObject): JsonObject {
  const live = asObject(member(stored, 'metadata'))
  const { uid: _, deletionTimestamp: __, ...metadata } = asObject(object['metadata'])
  const kept = Object.entries(live).filter(([key]) => key === 'resourceVersion' || key === 'deletionTimestamp')
  return { ...object, metadata: { ...metadata, ...Object.fromEntries(kept) } }
}

/** Stores `object` in place of whatever is there; `isLeaving`: it is deleted then, and kept by a finalizer. */
export async function store(
  object: JsonObject,
  place: Place,
  isLeaving: boolean,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const { uid: _, resourceVersion: __, deletionTimestamp: ___, ...metadata } = asObject(object['metadata'])
  const own = metadata['finalizers']
  // None may be added later.
  const kept = isLeaving ? { finalizers: [...(isList(own) ? own : []), finalizer] } : {}
  const wanted = withName({ ...object, metadata: { ...metadata, ...kept } }, place)
  if (place.kind === 'Namespace') {
    const there = await request('GET', place.path)
    // One that is gone comes back only after a while.
    if (there.status === 200) return request('PUT', place.path, updateOf(there.body as Json, wanted))
  } else await unstore(place, request)
  const created = await request('POST', place.collection, wanted)
  if (created.status >= 300 || !isLeaving) return created
  await request('DELETE', place.path)
  return request('GET', place.path)
}

/** Removes an object if there is one, finalizers or not. */
export async function unstore({ path }: Place, request: ApiRequest): Promise<void> {
  const { status } = await request('DELETE', path)
  if (status !== 404) await request('PATCH', path, { metadata: { finalizers: null } })
}

/** Gives a Namespace exactly these labels beside the one with its name, and makes it if there is none. */
export async function setLabels(
  name: string,
  labels: Readonly<Record<string, string>>,
  request: ApiRequest,
): Promise<void> {
  const collection = '/api/v1/namespaces'
  const place: Place = { apiVersion: 'v1', kind: 'Namespace', name, collection, path: `${collection}/${name}` }
  const wanted = withName({ metadata: { labels: { ...labels, 'kubernetes.io/metadata.name': name } } }, place)
  const there = await request('GET', place.path)
  const { status, body } =
    there.status === 404
      ? await request('POST', collection, wanted)
      : await request('PUT', place.path, updateOf(there.body as Json, wanted))
  if (status >= 300) throw new Error(`namespace ${name} cannot be set up: ${JSON.stringify(body)}`)
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}
