import type { ApiClient } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { readNamespaceObject, type NamespaceFact } from './namespace-object.ts'
import { own } from './own.ts'

/** Every namespace at one moment. */
export interface NamespaceList {
  readonly facts: readonly NamespaceFact[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

export interface ListLimits {
  readonly pageSize: number
  /** For one page. */
  readonly timeoutMs: number
}

const kinds: readonly unknown[] = ['PartialObjectMetadataList', 'NamespaceList']

/**
 * Lists all namespaces, page by page: all or, with an error, nothing. Without a resource version in the
 * request the answer is no older than the request.
 */
export async function listNamespaces(client: ApiClient, { pageSize, timeoutMs }: ListLimits): Promise<NamespaceList> {
  const facts: NamespaceFact[] = []
  for (let next = ''; ;) {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next === '' ? {} : { continue: next }) })
    const page = await client.getJson(`/api/v1/namespaces?${query}`, 'PartialObjectMetadataList', timeoutMs)
    const before = facts.length
    readItems(page, facts)
    const metadata = own(page, 'metadata')
    const following = own(metadata, 'continue') ?? ''
    if (following === '') return { facts, resourceVersion: readResourceVersion(metadata) }
    // A page that brings nothing and promises more would go on for ever.
    if (typeof following !== 'string' || following === next || facts.length === before) throw new ApiError('malformed')
    next = following
  }
}

function readItems(page: unknown, facts: NamespaceFact[]): void {
  const items = own(page, 'items') ?? []
  if (!kinds.includes(own(page, 'kind')) || !Array.isArray(items)) throw new ApiError('malformed')
  for (const item of items) {
    const fact = readNamespaceObject(item, '', [])
    if (fact === undefined) throw new ApiError('malformed')
    facts.push(fact)
  }
}

function readResourceVersion(metadata: unknown): string {
  const version = own(metadata, 'resourceVersion')
  if (typeof version !== 'string' || version === '') throw new ApiError('malformed')
  return version
}
