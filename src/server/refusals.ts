/** Every answer that is no AdmissionReview: a fixed text each, and nothing of the request in it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TurnedAwayReason } from './ports.ts'

export interface Refusal {
  readonly status: number
  /** `{"error":"..."}` */
  readonly body: string
  /** Undefined where the fault is ours and the caller was not turned away. */
  readonly reason: TurnedAwayReason | undefined
  readonly allow?: string
  /** Whether the connection ends with it at once. */
  readonly closes?: true
}

export const refusals = {
  notFound: refusal(404, 'there is nothing at this path', 'malformed'),
  methodNotAllowed: { ...refusal(405, 'only POST is allowed here', 'malformed'), allow: 'POST' },
  readOnly: { ...refusal(405, 'only GET and HEAD are allowed here', 'malformed'), allow: 'GET, HEAD' },
  mediaType: refusal(415, 'the media type must be application/json in UTF-8', 'media_type'),
  contentEncoding: refusal(415, 'the body must not be encoded or compressed', 'media_type'),
  missingBody: refusal(400, 'the body must be an AdmissionReview', 'malformed'),
  tooLarge: refusal(413, 'the body is too large', 'too_large'),
  overload: refusal(503, 'too many reviews at once; try again', 'overload'),
  // Of a sender that has not come to its end in all that time, nothing more is waited for.
  deadline: { ...refusal(503, 'the review took too long; try again', 'deadline'), closes: true },
  internal: refusal(500, 'internal error', undefined),
  badRequest: refusal(400, 'this is not a valid HTTP/1.1 request', 'malformed'),
  headersTooLarge: refusal(431, 'the headers are too large', 'too_large'),
  slowRequest: refusal(408, 'the request took too long to arrive', 'deadline'),
} as const satisfies Readonly<Record<string, Refusal>>

/** The refusal of a body that is no review; `text` is one of admission's fixed texts. */
export function malformedReview(text: string): Refusal {
  return refusal(400, text, 'malformed')
}

function refusal<Status extends number>(
  status: Status,
  error: string,
  reason: TurnedAwayReason | undefined,
): Refusal & { readonly status: Status } {
  return { status, body: JSON.stringify({ error }), reason }
}

/**
 * Answers at once, and ends the response when the rest of the body has been read and forgotten. Ending it earlier
 * would close the connection under a sender, whose kernel then throws our answer away together with the connection.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return
  const { status, body, allow, closes = false } = refusal
  if (closes) response.shouldKeepAlive = false
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(allow === undefined ? undefined : { allow }),
  })
  response.write(body)
  if (closes || request.complete) response.end()
  else discard(request, () => response.end())
}

/** What a refused sender may still send, in bytes and time: enough for a body of the allowed size. */
const maxDiscardedBytes = 8 * 1024 * 1024
const maxDiscardMilliseconds = 2_000

function discard(request: IncomingMessage, onEnd: () => void): void {
  let bytes = 0
  const cut = () => request.socket.destroy()
  const timer = setTimeout(cut, maxDiscardMilliseconds).unref()
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > maxDiscardedBytes) cut()
  })
  request.once('end', onEnd)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}
