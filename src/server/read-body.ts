import type { IncomingMessage } from 'node:http'
import { type Refusal, refusals } from './refusals.ts'

export interface BodyReader {
  readonly maxBytes: number
  /** Asked for the bytes that have arrived; false if there is no room. */
  grow(bytes: number): boolean
  onBody(body: Buffer): void
  onRefusal(refusal: Refusal): void
}

/** Collects a body within its limits. The result stops that and drops what was collected. */
export function readBody(request: IncomingMessage, reader: BodyReader): () => void {
  // A review of usual size arrives in one piece, which then is the body.
  let first: Buffer | undefined
  let pieces: Buffer[] | undefined
  let received = 0
  let isStopped = false

  function stop(): void {
    isStopped = true
    first = pieces = undefined
  }

  function refuse(refusal: Refusal): void {
    stop()
    reader.onRefusal(refusal)
  }

  request.on('data', (piece: Buffer) => {
    if (isStopped) return
    received += piece.length
    if (received > reader.maxBytes) return refuse(refusals.tooLarge)
    if (!reader.grow(piece.length)) return refuse(refusals.overload)
    if (first === undefined) first = piece
    else (pieces ??= [first]).push(piece)
  })
  request.on('end', () => {
    if (isStopped) return
    if (first === undefined) return refuse(refusals.missingBody)
    reader.onBody(pieces === undefined ? first : Buffer.concat(pieces, received))
  })
  return stop
}
