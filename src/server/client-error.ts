import type { Socket } from 'node:net'
import { type Refusal, refusals } from './refusals.ts'

/**
 * Answers what never became a request: bytes that are no HTTP, headers without end, a sender too slow. The text
 * is fixed like any other refusal. The result is undefined where nothing could be said.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): Refusal | undefined {
  const refusal = refusalOf(error.code ?? '')
  if (refusal === undefined || !socket.writable) {
    socket.destroy()
    return undefined
  }
  const { status, body } = refusal
  const head = [
    `HTTP/1.1 ${status} ${phrases[refusal.status]}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
  return refusal
}

const phrases = { 400: 'Bad Request', 408: 'Request Timeout', 413: 'Payload Too Large', 431: 'Headers Too Large' }

/** Codes of Node's HTTP parser. Anything else, TLS faults included, has nobody to talk to. */
function refusalOf(code: string): (Refusal & { readonly status: keyof typeof phrases }) | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusals.slowRequest
  if (code === 'HPE_HEADER_OVERFLOW') return refusals.headersTooLarge
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return refusals.tooLarge
  // The sender hung up in the middle.
  if (code === 'HPE_INVALID_EOF_STATE') return undefined
  return code.startsWith('HPE_') ? refusals.badRequest : undefined
}
