/** What the fake API server says: objects in their two shapes, events, errors, and faults ready made. */
import type { ServerResponse } from 'node:http'

export interface NamespaceObject {
  readonly apiVersion: 'v1'
  readonly kind: 'Namespace'
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly resourceVersion: string
    readonly labels?: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
}

export interface HistoryEntry {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: NamespaceObject
}

/** Answers one request in place of the server; `proceed` makes the server answer after all. */
export type Misbehaviour = (response: ServerResponse, proceed: () => void) => void

/** A misbehaviour: an HTTP error as the API server words it. */
export function answerStatus(code: number, reason: string, headers: Record<string, string> = {}): Misbehaviour {
  return (response) => sendStatus(response, code, reason, headers)
}

/** A misbehaviour: headers and then nothing, as over a half-open connection. */
export const fallSilent: Misbehaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
}

export function byName(left: NamespaceObject, right: NamespaceObject): number {
  return left.metadata.name < right.metadata.name ? -1 : 1
}

export function metadataOf({ metadata }: NamespaceObject): object {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata }
}

export function wholeOf(object: NamespaceObject): object {
  return { ...object, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }
}

export function sendEvent(
  response: ServerResponse,
  entry: HistoryEntry,
  shape: (object: NamespaceObject) => object,
): void {
  response.write(`${JSON.stringify({ type: entry.type, object: shape(entry.object) })}\n`)
}

export function sendStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  headers: Record<string, string> = {},
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  send(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code })
}

export function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
