const texts = {
  unreachable: 'the API server cannot be reached',
  timeout: 'the API server did not answer in time',
  credentials: 'the ServiceAccount token or CA certificate cannot be read',
  unauthorized: 'the API server refused the ServiceAccount token',
  forbidden: 'the ServiceAccount may not read namespaces',
  'not-found': 'the namespace does not exist',
  'not-acceptable': 'the API server cannot answer with metadata alone',
  gone: 'the resource version is too old to resume from',
  throttled: 'the API server asked to come back later',
  unavailable: 'the API server is not available',
  'server-error': 'the API server failed to answer',
  rejected: 'the API server did not accept the request',
  malformed: 'the answer of the API server cannot be read',
  broken: 'the connection to the API server broke off',
  silent: 'the watch was silent for too long',
  stopped: 'reading namespaces was stopped',
} as const

/** What went wrong between us and the API server; a closed set, fit for logs and health pages. */
export type ApiFault = keyof typeof texts

interface Details {
  readonly status?: number | undefined
  /** As the operating system, TLS or the HTTP parser calls it. */
  readonly code?: string | undefined
  readonly retryAfterMs?: number | undefined
  /** A kept connection was found closed: nothing was lost by asking again on another. */
  readonly stale?: boolean | undefined
}

/** A failed exchange with the API server. The message is a fixed text: nothing of an answer is in it. */
export class ApiError extends Error {
  readonly fault: ApiFault
  readonly details: Details

  constructor(fault: ApiFault, details: Details = {}) {
    super(texts[fault])
    this.name = 'ApiError'
    this.fault = fault
    this.details = details
  }
}

/** Makes an {@link ApiError} of whatever was thrown; `otherwise` names what an unknown error means here. */
export function toApiError(error: unknown, otherwise: ApiFault): ApiError {
  if (error instanceof ApiError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return new ApiError(otherwise, { code })
}

/** The error that an HTTP status other than 200 means; `reason` is that of the Status object in the body. */
export function errorOfStatus(status: number, reason: unknown, retryAfter: string | undefined): ApiError {
  return new ApiError(faultOfStatus(status, reason), { status, retryAfterMs: retryAfterOf(retryAfter) })
}

function faultOfStatus(status: number, reason: unknown): ApiFault {
  if (status === 401) return 'unauthorized'
  if (status === 403) return 'forbidden'
  // A proxy with no such path says 404, too: only the API server's own word makes a namespace missing.
  if (status === 404) return reason === 'NotFound' ? 'not-found' : 'rejected'
  if (status === 406) return 'not-acceptable'
  if (status === 410) return 'gone'
  if (status === 429) return 'throttled'
  if (status === 503) return 'unavailable'
  return status >= 500 ? 'server-error' : 'rejected'
}

// The API server sends seconds, never a date.
function retryAfterOf(value: string | undefined): number | undefined {
  return value !== undefined && /^[0-9]{1,6}$/.test(value) ? boundRetryAfter(Number(value)) : undefined
}

/** Milliseconds to stay away, of the seconds that the server asked for: at most five minutes, whatever it says. */
export function boundRetryAfter(seconds: number): number {
  return Math.min(seconds, 300) * 1000
}
