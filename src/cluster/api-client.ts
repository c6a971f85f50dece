import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { ApiError, errorOfStatus, toApiError } from './api-error.ts'
import type { Clock } from './clock.ts'
import { createCredentialReader, type CredentialFiles, type Credentials } from './credentials.ts'
import { own } from './own.ts'

/** Where the API server is and what to sign in with; plain values, as this folder reads no environment. */
export interface ApiServer extends CredentialFiles {
  /** `https://10.96.0.1:443`; plain `http` for `kubectl proxy`. */
  readonly url: string
}

/** Sends GET requests to the API server. What fails rejects with an {@link ApiError}. */
export interface ApiClient {
  /** The parsed body, all of it within `timeoutMs`; the metadata alone, where the server can. */
  getJson(path: string, kind: MetadataKind, timeoutMs: number): Promise<unknown>
  /** The response as soon as its headers are there, within `timeoutMs`; its body has no limit in time. */
  open(path: string, kind: MetadataKind, timeoutMs: number): Promise<IncomingMessage>
  /** Ends every exchange and every connection. */
  close(): void
}

export type MetadataKind = 'PartialObjectMetadata' | 'PartialObjectMetadataList'

// 500 objects of a few KB are a few MB; a single object may reach 1.5 MB, but not all of them do.
const maxBodyBytes = 128 * 1024 * 1024
// A Status object is a few hundred bytes; more is not worth reading to the end.
const maxErrorBytes = 64 * 1024

/** A request under way: what to destroy when its time is up, and why it was. */
interface Exchange {
  aborted: ApiError | undefined
  target: { destroy(error: Error): unknown } | undefined
}

/** Creates a client. It keeps connections open, so that a live read pays for no handshake. */
export function createApiClient(server: ApiServer, clock: Clock): ApiClient {
  const base = new URL(server.url)
  const root = base.pathname.replace(/\/$/, '')
  // Not imported: that would evaluate every export, and one of them loads undici, 20 ms of the time to start.
  const { Agent, get } = base.protocol === 'https:' ? https : process.getBuiltinModule('node:http')
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 })
  const readCredentials = createCredentialReader(server)
  const exchanges = new Set<Exchange>()
  let metadataOnly = true
  let closed = false

  return {
    getJson: (path, kind, timeoutMs) =>
      within(timeoutMs, async (exchange) => readJson(await signIn(exchange, path, kind), maxBodyBytes)),
    open: (path, kind, timeoutMs) => within(timeoutMs, (exchange) => signIn(exchange, path, kind)),
    close() {
      closed = true
      for (const exchange of exchanges) abort(exchange, new ApiError('stopped'))
      agent.destroy()
    },
  }

  async function within<T>(timeoutMs: number, work: (exchange: Exchange) => Promise<T>): Promise<T> {
    const exchange: Exchange = { aborted: closed ? new ApiError('stopped') : undefined, target: undefined }
    const cancel = clock.after(timeoutMs, () => abort(exchange, new ApiError('timeout')))
    exchanges.add(exchange)
    try {
      return await work(exchange)
    } catch (error) {
      throw exchange.aborted ?? toApiError(error, 'broken')
    } finally {
      cancel()
      exchanges.delete(exchange)
    }
  }

  async function signIn(exchange: Exchange, path: string, kind: MetadataKind): Promise<IncomingMessage> {
    const credentials = await readCredentials()
    try {
      return await ask(exchange, path, kind, credentials)
    } catch (error) {
      if (!(error instanceof ApiError) || error.fault !== 'unauthorized') throw error
      // The token may have been replaced after it was read.
      const fresh = await readCredentials()
      if (fresh.token === credentials.token) throw error
      return ask(exchange, path, kind, fresh)
    }
  }

  async function ask(exchange: Exchange, path: string, kind: MetadataKind, credentials: Credentials) {
    try {
      return await send(exchange, path, kind, credentials)
    } catch (error) {
      const again = error instanceof ApiError && (error.details.stale === true || error.fault === 'not-acceptable')
      if (!again) throw error
      if (error.fault === 'not-acceptable') metadataOnly = false
      return send(exchange, path, kind, credentials)
    }
  }

  async function send(exchange: Exchange, path: string, kind: MetadataKind, { token, ca }: Credentials) {
    if (exchange.aborted !== undefined) throw exchange.aborted
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = get(new URL(root + path, base), {
        agent,
        // Part of what the agent tells connections apart by: a new CA takes no connection of the old one.
        ...(ca === undefined ? {} : { ca }),
        headers: {
          accept: metadataOnly ? `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json` : 'application/json',
          'user-agent': 'gatehouse',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      })
      exchange.target = request
      request.once('response', resolve)
      // Stays for good: an error may come after the response, and again.
      request.on('error', (error) => reject(requestError(error, request.reusedSocket)))
    })
    exchange.target = response
    if (response.statusCode === 200) return response
    const status: unknown = await readJson(response, maxErrorBytes).catch(() => response.destroy())
    throw errorOfStatus(response.statusCode ?? 0, own(status, 'reason'), response.headers['retry-after'])
  }
}

function abort(exchange: Exchange, error: ApiError): void {
  exchange.aborted = error
  exchange.target?.destroy(error)
}

function requestError(error: Error, reused: boolean): ApiError {
  const { fault, details } = toApiError(error, 'unreachable')
  const { code } = details
  return new ApiError(fault, { code, stale: reused && (code === 'ECONNRESET' || code === 'EPIPE') })
}

async function readJson(response: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new ApiError('malformed')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new ApiError('malformed')
  }
}
