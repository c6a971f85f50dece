/**
 * A decision case as a write to a real API server: what is stored first, then the write itself as a dry run.
 * Source: reference/control-plane.md section 8.
 */
import type { Json, JsonObject } from '../../../src/guards/guard.ts'
import { isObject, member } from '../../../src/guards/json.ts'
import { objectOf, userOf, type Answer, type Case, type World } from '../../support/cases.ts'
import type { ApiAnswer, ApiRequest } from '../../support/control-plane/api-request.ts'
import { placeOf, setLabels, store, unstore, updateOf, withName, type Place } from './stored-objects.ts'

export type Replayed =
  /** `wasAsked`: a webhook was, and no matchCondition kept the write from it. */
  | { readonly kind: 'judged'; readonly answer: Answer; readonly wasAsked: boolean }
  /** The API server answers by itself; no webhook sees this write. */
  | { readonly kind: 'unreachable'; readonly reason: string }

export interface Stage {
  readonly request: ApiRequest
  /** Runs `act` while no webhook is registered. */
  unguarded<Result>(act: () => Promise<Result>): Promise<Result>
  /** How many reviews were answered so far. */
  countReviews(): Promise<number>
}

export async function replayCase(example: Case, world: World, stage: Stage): Promise<Replayed> {
  const { request, unguarded } = stage
  const reason = whyUnreachable(example, userOf(example, world))
  if (reason !== undefined) return { kind: 'unreachable', reason }
  const object = objectOf(example)
  const place = placeOf(example, object ?? example.oldObject)
  if (place === undefined) return { kind: 'unreachable', reason: 'the object has no name' }
  const { oldObject } = example
  if (oldObject === null) return judge(stage, () => write(example, world, place, object, undefined, request))
  const isLeaving = member(member(object, 'metadata'), 'deletionTimestamp') !== undefined
  const stored = await unguarded(() => store(oldObject, place, isLeaving, request))
  try {
    if (stored.status >= 300) return { kind: 'unreachable', reason: `the stored object: ${explain(stored)}` }
    return await judge(stage, () => write(example, world, place, object, bodyOf(stored), request))
  } finally {
    await unguarded(() => tidyUp(world, place, request))
  }
}

function whyUnreachable({ schemaRejects, operation }: Case, user: JsonObject): string | undefined {
  if (schemaRejects === true) return 'the schema refuses it'
  if (operation === 'CONNECT') return 'CONNECT is no write'
  const name = nameOf(user)
  if (name === '') return 'nobody can be impersonated without a name'
  return name.startsWith('system:serviceaccount:') && !groupsOf(user).includes('system:serviceaccounts')
    ? 'the API server gives a ServiceAccount its groups'
    : undefined
}

function write(
  example: Case,
  world: World,
  place: Place,
  object: Json,
  stored: Json | undefined,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const { operation, subResource = '' } = example
  const user = userOf(example, world)
  const headers = { 'impersonate-user': nameOf(user), 'impersonate-group': groupsOf(user) }
  const wanted = withName(object, place)
  if (operation === 'CREATE') return request('POST', `${place.collection}?dryRun=All`, wanted, headers)
  if (operation === 'DELETE') return request('DELETE', `${place.path}?dryRun=All`, undefined, headers)
  const path = subResource === '' ? place.path : `${place.path}/${subResource}`
  return request('PUT', `${path}?dryRun=All`, updateOf(stored, wanted), headers)
}

function nameOf(user: JsonObject): string {
  const { username } = user
  return typeof username === 'string' ? username : ''
}

function groupsOf(user: JsonObject): string[] {
  const groups = user['groups']
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : []
}

/** What is stored must not outlive its case; a Namespace of the world gets its labels back. */
async function tidyUp({ namespaces }: World, place: Place, request: ApiRequest): Promise<void> {
  const labels = place.kind === 'Namespace' ? namespaces[place.name] : undefined
  if (labels === undefined) await unstore(place, request)
  else await setLabels(place.name, labels, request)
}

const denial = /^admission webhook "[^"]+" denied the request: (.*)$/s
/** What the API server warns of by itself, whatever the webhooks say. */
const ownWarning = /deprecated|unknown field|unrecognized|metadata\.finalizers/

async function judge({ countReviews }: Stage, act: () => Promise<ApiAnswer>): Promise<Replayed> {
  const before = await countReviews()
  const answer = readAnswer(await act())
  return typeof answer === 'string'
    ? { kind: 'unreachable', reason: answer }
    : { kind: 'judged', answer, wasAsked: (await countReviews()) > before }
}

/** The verdict, or why there is none. */
function readAnswer(answer: ApiAnswer): Answer | string {
  const { status } = answer
  const body = bodyOf(answer)
  const text = member(body, 'message')
  const message = denial.exec(typeof text === 'string' ? text : '')?.[1]
  const warnings = answer.warnings.filter((warning) => !ownWarning.test(warning))
  if (message !== undefined) return { allowed: false, code: status, message, warnings }
  // That a name is taken is found out after admission.
  const isAllowed = status < 300 || (status === 409 && member(body, 'reason') === 'AlreadyExists')
  if (isAllowed) return { allowed: true, code: 200, message: '', warnings }
  // A webhook that failed, or a condition that could not be evaluated.
  if (status === 403 || status >= 500) throw new Error(explain(answer))
  return explain(answer)
}

function explain(answer: ApiAnswer): string {
  const message = member(bodyOf(answer), 'message')
  return `${answer.status}: ${typeof message === 'string' ? message : JSON.stringify(answer.body)}`
}

/** Parsed JSON, which the client does not call by its type. */
function bodyOf({ body }: ApiAnswer): Json {
  return isObject(body as Json) ? (body as JsonObject) : null
}
