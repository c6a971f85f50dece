/** A decision case as a write to a real API server: what is stored first, then the write itself as a dry run. */
import type { Json, JsonObject } from '../../../src/guards/guard.ts'
import { isObject, member } from '../../../src/guards/json.ts'
import { resources } from '../../../src/guards/resources.ts'
import { objectOf, userOf, type Answer, type Case, type World } from '../../support/cases.ts'
import type { ApiAnswer, CallApi } from './api-call.ts'

export type Replayed =
  | { readonly kind: 'judged'; readonly answer: Answer }
  /** The API server answers by itself; no webhook sees this write. */
  | { readonly kind: 'unreachable'; readonly reason: string }

export interface Stage {
  readonly call: CallApi
  /** Runs `store` while no webhook is registered. */
  unguarded<Result>(store: () => Promise<Result>): Promise<Result>
}

/** Keeps an object that is being deleted until the case is over. */
const finalizer = 'gatehouse.test/keep'

export async function replayCase(example: Case, world: World, stage: Stage): Promise<Replayed> {
  const reason = whyUnreachable(example, world)
  if (reason !== undefined) return { kind: 'unreachable', reason }
  const place = placeOf(example)
  if (place === undefined) return { kind: 'unreachable', reason: 'the object has no name' }
  const { oldObject } = example
  if (oldObject === null) return readAnswer(await stage.call(writeOf(example, world, place, undefined)))
  const stored = await stage.unguarded(() => store(oldObject, example, place, stage.call))
  if (stored.status >= 300) return { kind: 'unreachable', reason: `the stored object: ${explain(stored)}` }
  try {
    return readAnswer(await stage.call(writeOf(example, world, place, stored.body)))
  } finally {
    await stage.unguarded(() => restore(world, place, stage.call))
  }
}

function whyUnreachable(example: Case, world: World): string | undefined {
  if (example.schemaRejects === true) return 'refused by the schema'
  if (example.operation === 'CONNECT') return 'CONNECT is no write'
  const user = userOf(example, world)
  const name = member(user, 'username')
  if (typeof name !== 'string' || name === '') return 'nobody can be impersonated without a name'
  if (name.startsWith('system:serviceaccount:') && !groupsOf(user).includes('system:serviceaccounts')) {
    return 'the API server gives a ServiceAccount its groups'
  }
  return undefined
}

interface Place {
  /** Of all objects of the kind. */
  readonly collection: string
  readonly name: string
  readonly isNamespace: boolean
}

function placeOf(example: Case): Place | undefined {
  const { group, version, resource, kind } = example.resource
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const isNamespace = group === '' && kind === 'Namespace'
  const row = resources.find((known) => known.group === group && known.resource === resource)
  const isScoped = !isNamespace && row?.scope !== 'Cluster' && example.namespace !== ''
  const collection = isScoped ? `${base}/namespaces/${example.namespace}/${resource}` : `${base}/${resource}`
  const own = member(member(objectOf(example) ?? example.oldObject, 'metadata'), 'name')
  const name = typeof own === 'string' && own !== '' ? own : example.name
  return name === '' ? undefined : { collection, name, isNamespace }
}

function writeOf(example: Case, world: World, { collection, name }: Place, stored: Json | undefined) {
  const { operation, subResource = '' } = example
  const headers = impersonate(userOf(example, world))
  const object = withName(objectOf(example), example, name)
  const own = `${collection}/${encodeURIComponent(name)}`
  const sub = subResource === '' ? '' : `/${subResource}`
  if (operation === 'CREATE')
    return { method: 'POST', path: `${collection}?dryRun=All`, body: object, headers } as const
  if (operation === 'DELETE') return { method: 'DELETE', path: `${own}?dryRun=All`, headers } as const
  return { method: 'PUT', path: `${own}${sub}?dryRun=All`, body: asUpdateOf(stored, object), headers } as const
}

function withName(object: Json, { resource: { group, version, kind } }: Case, name: string): JsonObject {
  const metadata = member(object, 'metadata')
  return {
    ...(isObject(object) ? object : {}),
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { ...(isObject(metadata) ? metadata : {}), name },
  }
}

/** An update names the version that it changes; what only a server sets is taken from what is stored. */
function asUpdateOf(stored: Json | undefined, object: JsonObject): JsonObject {
  const live = member(stored, 'metadata')
  const { uid: _, ...metadata } = asObject(object['metadata'])
  const deletionTimestamp = member(live, 'deletionTimestamp')
  return {
    ...object,
    metadata: {
      ...metadata,
      resourceVersion: member(live, 'resourceVersion') ?? '',
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
  }
}

function impersonate(user: JsonObject): Record<string, string | string[]> {
  const { username } = user
  return { 'impersonate-user': typeof username === 'string' ? username : '', 'impersonate-group': groupsOf(user) }
}

function groupsOf(user: JsonObject): string[] {
  const groups = user['groups']
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : []
}

async function store(object: JsonObject, example: Case, place: Place, call: CallApi): Promise<ApiAnswer> {
  const { collection, name, isNamespace } = place
  const own = `${collection}/${encodeURIComponent(name)}`
  const isLeaving = member(member(example.object, 'metadata'), 'deletionTimestamp') !== undefined
  const { uid: _, resourceVersion: __, deletionTimestamp: ___, ...metadata } = asObject(object['metadata'])
  const wanted = withName({ ...object, metadata }, example, name)
  const body = isLeaving
    ? { ...wanted, metadata: { ...asObject(wanted['metadata']), finalizers: [finalizer] } }
    : wanted
  const existing = await call({ method: 'GET', path: own })
  if (isNamespace && existing.status === 200) {
    return call({ method: 'PUT', path: own, body: asUpdateOf(existing.body, body) })
  }
  if (existing.status === 200) await remove(own, call)
  const created = await call({ method: 'POST', path: collection, body })
  if (created.status >= 300 || !isLeaving) return created
  await call({ method: 'DELETE', path: own })
  return call({ method: 'GET', path: own })
}

async function restore(world: World, { collection, name, isNamespace }: Place, call: CallApi): Promise<void> {
  const own = `${collection}/${encodeURIComponent(name)}`
  if (!isNamespace || world.namespaces[name] === undefined) return remove(own, call)
  await relabel(name, world.namespaces[name], call)
}

/** Gives a Namespace exactly these labels, beside the one with its name. */
export async function relabel(name: string, labels: Readonly<Record<string, string>>, call: CallApi): Promise<void> {
  const own = `/api/v1/namespaces/${name}`
  const metadata = { name, labels: { ...labels, 'kubernetes.io/metadata.name': name } }
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata }
  const existing = await call({ method: 'GET', path: own })
  const { status, body: said } =
    existing.status === 404
      ? await call({ method: 'POST', path: '/api/v1/namespaces', body })
      : await call({ method: 'PUT', path: own, body: asUpdateOf(existing.body, body) })
  if (status >= 300) throw new Error(`namespace ${name} could not be set up: ${JSON.stringify(said)}`)
}

async function remove(path: string, call: CallApi): Promise<void> {
  await call({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` })
  const left = await call({ method: 'GET', path })
  if (left.status !== 200) return
  await call({
    method: 'PATCH',
    path,
    body: { metadata: { finalizers: null } },
    headers: { 'content-type': 'application/merge-patch+json' },
  })
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

const denial = /^admission webhook "([^"]+)" denied the request: (.*)$/s
/** What the API server itself warns of, whatever the webhooks say. */
const ownWarning =
  /deprecated|unknown field|unrecognized|metadata\.finalizers|annotation "kubernetes\.io\/ingress\.class"/

function readAnswer({ status, body, warnings }: ApiAnswer): Replayed {
  const text = member(body, 'message')
  const [, , message] = denial.exec(typeof text === 'string' ? text : '') ?? []
  const heard = warnings.filter((warning) => !ownWarning.test(warning))
  if (message !== undefined)
    return { kind: 'judged', answer: { allowed: false, code: status, message, warnings: heard } }
  // A name that is taken is found out after admission.
  const isAllowed = status < 300 || (status === 409 && member(body, 'reason') === 'AlreadyExists')
  if (isAllowed) return { kind: 'judged', answer: { allowed: true, code: 200, message: '', warnings: heard } }
  if (status >= 500) throw new Error(explain({ status, body, warnings }))
  return { kind: 'unreachable', reason: explain({ status, body, warnings }) }
}

function explain({ status, body }: ApiAnswer): string {
  const message = member(body, 'message')
  return `${status}: ${typeof message === 'string' ? message : JSON.stringify(body)}`
}
