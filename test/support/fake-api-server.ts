/**
 * The part of an API server that Gatehouse talks to, over real HTTP, with every fault that one can have: lists
 * in pages, watches with history, single reads, bearer tokens.
 */
import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  byName,
  metadataOf,
  send,
  sendEvent,
  sendStatus,
  wholeOf,
  type HistoryEntry,
  type Misbehaviour,
  type NamespaceObject,
} from './fake-api-answers.ts'

export type Route = 'list' | 'watch' | 'get'

export interface RecordedRequest {
  readonly route: Route
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: http.IncomingHttpHeaders
}

export interface FakeApiServer {
  readonly url: string
  readonly requests: readonly RecordedRequest[]
  /** What a request must carry; undefined: anybody may ask. */
  token: string | undefined
  /** Creates or updates a namespace and tells the watches; returns it as stored. */
  put(name: string, labels?: Readonly<Record<string, string>>, deletionTimestamp?: string): NamespaceObject
  delete(name: string): void
  /** Tells the watches that nothing happened up to now. */
  bookmark(): void
  /** Writes raw text into every open watch. */
  write(text: string): void
  /** Cuts the connection of every open watch. */
  cut(): void
  /** Ends every open watch in good order. */
  end(): void
  /** Forgets what happened so far: to resume from there is answered with 410. */
  expire(): void
  /** Has the next request of this route answered otherwise; several calls queue up. */
  misbehave(route: Route, misbehaviour: Misbehaviour): void
  /** Resolves with the request once so many of this route have come in. */
  arrived(route: Route, count: number): Promise<RecordedRequest>
  close(): Promise<void>
}

export interface FakeApiServerOptions {
  /** PEM texts; without them the server speaks plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly namespaces?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** As a server that has no metadata-only form. */
  readonly wholeObjectsOnly?: boolean
}

export async function startFakeApiServer(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const stored = new Map<string, NamespaceObject>()
  const pages = new Map<string, readonly NamespaceObject[]>()
  const watches = new Map<ServerResponse, (object: NamespaceObject) => object>()
  const misbehaviours: Record<Route, Misbehaviour[]> = { list: [], watch: [], get: [] }
  const requests: RecordedRequest[] = []
  const awaited = new Set<() => void>()
  let history: HistoryEntry[] = []
  let version = 1000
  let oldest = 0

  const { tls } = options
  const server = tls === undefined ? http.createServer(handle) : https.createServer({ ...tls }, handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const fake: FakeApiServer = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    token: undefined,
    put(name, labels, deletionTimestamp) {
      const before = stored.get(name)
      const object = build(name, before?.metadata.uid ?? `uid-${version + 1}`, labels, deletionTimestamp)
      stored.set(name, object)
      tell({ type: before === undefined ? 'ADDED' : 'MODIFIED', object })
      return object
    },
    delete(name) {
      const before = stored.get(name)
      if (before === undefined) throw new Error(`there is no namespace ${name}`)
      stored.delete(name)
      tell({ type: 'DELETED', object: build(name, before.metadata.uid, before.metadata.labels) })
    },
    bookmark() {
      version++
      const object = { kind: 'Namespace', apiVersion: 'v1', metadata: { resourceVersion: String(version) } }
      fake.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`)
    },
    write(text) {
      for (const response of watches.keys()) response.write(text)
    },
    cut() {
      for (const response of watches.keys()) response.destroy()
    },
    end() {
      for (const response of watches.keys()) response.end()
    },
    expire() {
      history = []
      pages.clear()
      oldest = ++version
    },
    misbehave: (route, misbehaviour) => misbehaviours[route].push(misbehaviour),
    arrived(route, count) {
      return new Promise((resolve) => {
        const check = (): void => {
          const found = requests.filter((request) => request.route === route)[count - 1]
          if (found === undefined) return
          awaited.delete(check)
          resolve(found)
        }
        awaited.add(check)
        check()
      })
    },
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  for (const [name, labels] of Object.entries(options.namespaces ?? {})) fake.put(name, labels)
  return fake

  function build(name: string, uid: string, labels?: Readonly<Record<string, string>>, deletionTimestamp?: string) {
    version++
    const given = {
      ...(labels === undefined ? {} : { labels }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    }
    const object: NamespaceObject = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, uid, resourceVersion: String(version), ...given },
    }
    return object
  }

  function tell(entry: HistoryEntry): void {
    history.push(entry)
    for (const [response, shape] of watches) sendEvent(response, entry, shape)
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://fake')
    const isWatch = url.searchParams.get('watch') === '1'
    const route: Route = url.pathname !== '/api/v1/namespaces' ? 'get' : isWatch ? 'watch' : 'list'
    const recorded = { route, path: url.pathname, query: url.searchParams, headers: request.headers }
    response.on('error', () => undefined)
    const misbehaviour = misbehaviours[route].shift()
    if (misbehaviour === undefined) answer(recorded, response)
    else misbehaviour(response, () => answer(recorded, response))
    requests.push(recorded)
    for (const check of awaited) check()
  }

  function answer(request: RecordedRequest, response: ServerResponse): void {
    if (fake.token !== undefined && request.headers.authorization !== `Bearer ${fake.token}`) {
      sendStatus(response, 401, 'Unauthorized')
      return
    }
    const metadataOnly =
      options.wholeObjectsOnly !== true && (request.headers.accept ?? '').includes('as=PartialObject')
    const shape = metadataOnly ? metadataOf : wholeOf
    if (request.route === 'watch') watch(request, response, shape)
    else if (request.route === 'list') list(request, response, shape, metadataOnly)
    else get(request, response, shape)
  }

  function get(request: RecordedRequest, response: ServerResponse, shape: (object: NamespaceObject) => object): void {
    const found = stored.get(request.path.slice('/api/v1/namespaces/'.length))
    if (found === undefined) sendStatus(response, 404, 'NotFound')
    else send(response, 200, shape(found))
  }

  function list(
    { query }: RecordedRequest,
    response: ServerResponse,
    shape: (o: NamespaceObject) => object,
    meta: boolean,
  ) {
    const token = query.get('continue')
    const rest = token === null ? [...stored.values()].sort(byName) : pages.get(token)
    if (rest === undefined) {
      sendStatus(response, 410, 'Expired')
      return
    }
    const limit = Number(query.get('limit') ?? rest.length)
    const at = token?.split('.')[0] ?? String(version)
    const following = `${at}.${rest.length - limit}`
    const more = rest.length > limit
    if (more) pages.set(following, rest.slice(limit))
    send(response, 200, {
      apiVersion: meta ? 'meta.k8s.io/v1' : 'v1',
      kind: meta ? 'PartialObjectMetadataList' : 'NamespaceList',
      metadata: { resourceVersion: at, ...(more ? { continue: following } : {}) },
      items: rest.slice(0, limit).map(shape),
    })
  }

  function watch(
    { query }: RecordedRequest,
    response: ServerResponse,
    shape: (object: NamespaceObject) => object,
  ): void {
    const from = Number(query.get('resourceVersion'))
    if (from < oldest) {
      sendStatus(response, 410, 'Expired')
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    watches.set(response, shape)
    response.on('close', () => watches.delete(response))
    for (const entry of history) {
      if (Number(entry.object.metadata.resourceVersion) > from) sendEvent(response, entry, shape)
    }
  }
}
