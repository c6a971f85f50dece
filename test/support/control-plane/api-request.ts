/** Requests to the API server as a client library would send them, over a few connections that are kept. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { Agent, request } from 'node:https'

export interface ApiAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown
  /** What the API server and its webhooks warned of, unquoted. */
  readonly warnings: readonly string[]
}

/** Sends one request. A `body` that is no text goes as JSON; `headers` may take the place of the admin's token. */
export type ApiRequest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: OutgoingHttpHeaders,
) => Promise<ApiAnswer>

export interface ApiClient {
  readonly request: ApiRequest
  close(): void
}

/** A write may wait for a webhook that takes its full time, and for more than one of them. */
const deadlineMs = 60_000

export function createApiClient(url: string, ca: string, token: string): ApiClient {
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 128 })
  return {
    request: (method, path, body, headers = {}) =>
      send(new URL(path, url), {
        agent,
        method,
        headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    close: () => agent.destroy(),
  }
}

interface Sent {
  readonly agent: Agent
  readonly method: string
  readonly headers: OutgoingHttpHeaders
  readonly body?: string
}

function send(url: URL, { agent, method, headers, body }: Sent): Promise<ApiAnswer> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const typed = body === undefined ? headers : { 'content-type': type, ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method, headers: typed, signal: AbortSignal.timeout(deadlineMs) },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: readBody(Buffer.concat(pieces).toString(), response.headers['content-type']),
            warnings: (response.headersDistinct['warning'] ?? []).flatMap(readWarnings),
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

function readBody(text: string, type = ''): unknown {
  return type.startsWith('application/json') ? JSON.parse(text) : text
}

/** RFC 7234 section 5.5: code, agent and a quoted text; the API server writes `299 - "…"`. */
function readWarnings(header: string): readonly string[] {
  return Array.from(header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g), ([, quoted = '']) =>
    quoted.replaceAll(/\\(.)/g, '$1'),
  )
}
