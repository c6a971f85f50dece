import { ApiError, boundRetryAfter } from './api-error.ts'
import { readNamespaceObject, type NamespaceFact } from './namespace-object.ts'
import { own } from './own.ts'

/** One line of a watch. */
export type WatchEvent =
  | { readonly kind: 'put' | 'gone'; readonly fact: NamespaceFact }
  /** Nothing happened up to this version. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  /** A type that we do not know, from an API server newer than us. */
  | { readonly kind: 'unknown' }

/** Reads one line of a watch; throws an {@link ApiError} for garbage and for an ERROR event. */
export function readWatchEvent(line: string): WatchEvent {
  const event = parse(line)
  const object = own(event, 'object')
  switch (own(event, 'type')) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'put', fact: readFact(object) }
    case 'DELETED':
      return { kind: 'gone', fact: readFact(object) }
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion: readBookmark(object) }
    case 'ERROR':
      throw errorOfEvent(object)
    default:
      if (typeof own(event, 'type') !== 'string') throw new ApiError('malformed')
      return { kind: 'unknown' }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new ApiError('malformed')
  }
}

// A namespace without a version could not be resumed from.
function readFact(object: unknown): NamespaceFact {
  const fact = readNamespaceObject(object, '', [])
  if (fact === undefined || fact.resourceVersion === '') throw new ApiError('malformed')
  return fact
}

function readBookmark(object: unknown): string {
  const version = own(own(object, 'metadata'), 'resourceVersion')
  if (typeof version !== 'string' || version === '') throw new ApiError('malformed')
  return version
}

/** The object of an ERROR event is a Status. */
function errorOfEvent(object: unknown): ApiError {
  const code = own(object, 'code')
  const reason = own(object, 'reason')
  const status = typeof code === 'number' ? code : undefined
  if (status === 410 || reason === 'Expired' || reason === 'Gone') return new ApiError('gone', { status })
  const seconds = own(own(object, 'details'), 'retryAfterSeconds')
  const retryAfterMs = typeof seconds === 'number' && seconds > 0 ? boundRetryAfter(seconds) : undefined
  return new ApiError('server-error', { status, retryAfterMs })
}
