/** AdmissionReview v1 as it arrives: decoded once, bounded, with only the fields that decide. */
import { isAscii, isUtf8 } from 'node:buffer'

import type { Json, JsonObject } from '../guards/guard.ts'
import { isObject, member } from '../guards/json.ts'
import type { Caller } from '../tenancy/trust.ts'
import { abridgeReview, type Encoding } from './abridge.ts'
import { nestsTooDeep } from './nesting.ts'

/** A uid is a UUID of 36 characters; the bound keeps an answer from echoing a flood. DESIGN section 5. */
const maxUidLength = 256

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** The request of an AdmissionReview. What is decided on is `kind` and `resource`, not what the user sent. */
export interface Review {
  readonly uid: string
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  readonly subResource: string
  readonly operation: string
  readonly namespace: string
  readonly name: string
  readonly caller: Caller
  /** An object on CREATE and UPDATE, null on DELETE. */
  readonly object: JsonObject | null
  readonly oldObject: JsonObject | null
  readonly dryRun: boolean
}

/** Why there is no review to answer; `reason` is fixed text and echoes nothing. */
export interface Malformed {
  readonly malformed: string
}

/** A smaller body is parsed in less time than it takes to find what could be left out of it. */
const minAbridged = 16 * 1024

/** Turns a request body into a review; of what no guard reads, much is missing from the objects of a large one. */
export function decodeReview(body: Buffer): Review | Malformed {
  const ascii = isAscii(body)
  if (!ascii && !isUtf8(body)) return { malformed: 'the body is not UTF-8' }
  const text = readBounded(body, ascii ? 'latin1' : 'utf8')
  if (text === undefined) return { malformed: 'the body nests too deep' }
  let parsed: Json
  try {
    parsed = JSON.parse(text)
  } catch {
    return { malformed: 'the body is not JSON' }
  }
  return readReview(parsed)
}

/** What of a body has to be parsed; undefined where it nests too deep. */
function readBounded(body: Buffer, encoding: Encoding): string | undefined {
  if (body.length >= minAbridged) return abridgeReview(body, encoding)
  return nestsTooDeep(body) ? undefined : body.toString(encoding)
}

/** The review in parsed JSON, which must not nest deeper than the decoder allows. */
export function readReview(parsed: Json): Review | Malformed {
  if (member(parsed, 'kind') !== 'AdmissionReview') return { malformed: 'the body is no AdmissionReview' }
  if (member(parsed, 'apiVersion') !== 'admission.k8s.io/v1') {
    return { malformed: 'the AdmissionReview is not of version admission.k8s.io/v1' }
  }
  const request = member(parsed, 'request')
  if (!isObject(request)) return { malformed: 'the AdmissionReview has no request' }
  const uid = member(request, 'uid')
  if (typeof uid !== 'string' || uid === '' || uid.length > maxUidLength) {
    return { malformed: `the request needs a uid of 1 to ${maxUidLength} characters` }
  }
  const kind = readKind(member(request, 'kind'))
  const resource = readResource(member(request, 'resource'))
  if (kind === undefined || resource === undefined) return { malformed: 'the request needs a kind and a resource' }
  const operation = member(request, 'operation')
  if (typeof operation !== 'string' || operation === '') return { malformed: 'the request needs an operation' }
  const caller = readCaller(member(request, 'userInfo'))
  if (caller === undefined) return { malformed: 'the userInfo of the request is not readable' }
  const subResource = readText(member(request, 'subResource'))
  const namespace = readText(member(request, 'namespace'))
  const name = readText(member(request, 'name'))
  if (subResource === undefined || namespace === undefined || name === undefined) {
    return { malformed: 'name, namespace and subResource of the request must be text' }
  }
  const object = readObject(member(request, 'object'))
  const oldObject = readObject(member(request, 'oldObject'))
  if (object === undefined || oldObject === undefined) {
    return { malformed: 'object and oldObject of the request must be objects or null' }
  }
  if (object === null && (operation === 'CREATE' || operation === 'UPDATE')) {
    return { malformed: 'a CREATE or UPDATE needs an object' }
  }
  const dryRun = member(request, 'dryRun') === true
  return { uid, kind, resource, subResource, operation, namespace, name, caller, object, oldObject, dryRun }
}

function readKind(value: Json | undefined): GroupVersionKind | undefined {
  const group = readText(member(value, 'group'))
  const version = member(value, 'version')
  const kind = member(value, 'kind')
  return group === undefined || typeof version !== 'string' || typeof kind !== 'string'
    ? undefined
    : { group, version, kind }
}

function readResource(value: Json | undefined): GroupVersionResource | undefined {
  const group = readText(member(value, 'group'))
  const version = member(value, 'version')
  const resource = member(value, 'resource')
  return group === undefined || typeof version !== 'string' || typeof resource !== 'string'
    ? undefined
    : { group, version, resource }
}

// An absent groups field means a caller in no group; anything that is no list of texts is not readable.
function readCaller(value: Json | undefined): Caller | undefined {
  if (value === undefined || value === null) return { username: '', groups: [] }
  if (!isObject(value)) return undefined
  const username = readText(member(value, 'username'))
  const groups = member(value, 'groups') ?? []
  if (username === undefined || !Array.isArray(groups)) return undefined
  return groups.every((group): group is string => typeof group === 'string') ? { username, groups } : undefined
}

// The API server leaves empty texts out.
function readText(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : undefined
}

function readObject(value: Json | undefined): JsonObject | null | undefined {
  if (value === undefined || value === null) return null
  return isObject(value) ? value : undefined
}
