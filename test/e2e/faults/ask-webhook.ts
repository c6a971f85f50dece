/** Asks one Gatehouse process as an API server would, also while there is no API server. */
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { JsonObject } from '../../../src/guards/guard.ts'
import type { Instance } from '../../support/control-plane/instance.ts'

export interface Asked {
  readonly allowed: boolean
  readonly message: string
}

const Answer = z.object({
  response: z.object({ allowed: z.boolean(), status: z.object({ message: z.string() }).optional() }),
})

export interface Trust {
  /** PEM. */
  readonly ca: string
  /** By which API servers call. */
  readonly servername: string
}

/** Rejects where the handshake fails or the answer is no review. */
export async function askWebhook(
  { host, port }: Pick<Instance, 'host' | 'port'>,
  path: string,
  review: JsonObject,
  trust: Trust,
): Promise<Asked> {
  const body = JSON.stringify(review)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const signal = AbortSignal.timeout(15_000)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  request(
    { host, port, path: `${path}?timeout=5s`, method: 'POST', headers, agent: false, signal, ...trust },
    (response) => void text(response).then(resolve, reject),
  )
    .on('error', reject)
    .end(body)
  const { response } = Answer.parse(JSON.parse(await promise))
  return { allowed: response.allowed, message: response.status?.message ?? '' }
}
