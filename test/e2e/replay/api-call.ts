/** Calls of a real API server as any caller, over one kept-alive connection each. */
import { Agent, request } from 'node:https'

import type { Json } from '../../../src/guards/guard.ts'

export interface ApiAnswer {
  readonly status: number
  /** Parsed; text that is no JSON as it came. */
  readonly body: Json
  /** What kubectl prints behind `Warning:`. */
  readonly warnings: readonly string[]
}

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string | string[]>>
}

export interface ApiServer {
  readonly url: string
  /** PEM. */
  readonly ca: string
  readonly token: string
}

export type CallApi = (call: ApiCall) => Promise<ApiAnswer>

/** Far above what the slowest call of a test takes. */
const callTimeout = 30_000

export function createCallApi({ url, ca, token }: ApiServer): CallApi & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ca })
  const call: CallApi = ({ method, path, body, headers = {} }) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const content = payload === undefined ? {} : { 'content-type': 'application/json' }
      const sent = request(
        new URL(path, url),
        { method, agent, headers: { authorization: `Bearer ${token}`, ...content, ...headers }, timeout: callTimeout },
        (response) => {
          const pieces: Buffer[] = []
          response.on('data', (piece: Buffer) => pieces.push(piece))
          response.on('error', reject)
          response.on('end', () => {
            resolve({
              status: response.statusCode ?? 0,
              body: parse(Buffer.concat(pieces).toString()),
              warnings: readWarnings(response.headers['warning'] ?? ''),
            })
          })
        },
      )
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)))
      sent.on('error', reject)
      sent.end(payload)
    })
  return Object.assign(call, { close: () => agent.destroy() })
}

function parse(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `299 - "text"`, several of them behind commas (RFC 7234 5.5). */
function readWarnings(header: string): string[] {
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'))
}
