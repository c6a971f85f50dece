import type { IncomingHttpHeaders } from 'node:http'
import { isJsonMediaType } from './media-type.ts'
import { type Refusal, refusals } from './refusals.ts'

/** What is wrong with the headers of a review; undefined if nothing is. The media type comes first. */
export function screenHeaders(headers: IncomingHttpHeaders): Refusal | undefined {
  if (!isJsonMediaType(headers['content-type'])) return refusals.mediaType
  // Nothing is ever inflated: a small body that becomes a huge one would get around the limit.
  if (!isUnlessAbsent(headers['content-encoding'], 'identity')) return refusals.contentEncoding
  if (!isUnlessAbsent(headers['transfer-encoding'], 'chunked')) return refusals.contentEncoding
  const isAnnounced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  return isAnnounced ? undefined : refusals.missingBody
}

function isUnlessAbsent(value: string | undefined, expected: string): boolean {
  return value === undefined || value.toLowerCase() === expected
}
