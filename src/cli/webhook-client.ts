/** Calls the webhooks the way an API server does: HTTPS, kept alive, AdmissionReview in, AdmissionReview out. */
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'

import { z } from 'zod'

import type { Json, JsonObject } from '../guards/guard.ts'
import { member } from '../guards/json.ts'
import type { PatchOperation } from '../mutators/mutator.ts'
import { readPatch } from './apply-patch.ts'

export interface WebhookAnswer {
  readonly allowed: boolean
  /** 200 where it is allowed. */
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly warnings: readonly string[]
  readonly patch: readonly PatchOperation[]
}

export interface WebhookClient {
  /** Rejects where the answer is none that an API server would take. */
  send(path: string, review: JsonObject): Promise<WebhookAnswer>
  close(): void
}

/** Creates a client for the server on a port of loopback, which must show a certificate of `ca`. */
export function createWebhookClient(port: number, ca: string): WebhookClient {
  const agent = new Agent({ keepAlive: true, ca })
  return {
    send: (path, review) => send(agent, port, path, review).then((answer) => readAnswer(answer, review)),
    close: () => agent.destroy(),
  }
}

function send(agent: Agent, port: number, path: string, review: JsonObject): Promise<Json> {
  const body = JSON.stringify(review)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent }, (response) => {
      text(response)
        .then((answer) => {
          if (response.statusCode !== 200) throw new Error(`${path} answered HTTP ${response.statusCode}: ${answer}`)
          resolve(JSON.parse(answer))
        })
        .catch(reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const Answer = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  response: z.object({
    uid: z.string(),
    allowed: z.boolean(),
    status: z.object({ code: z.int(), reason: z.string(), message: z.string() }).optional(),
    warnings: z.array(z.string()).default([]),
  }),
})

/** Any mismatch is a failed call to an API server (reference/admission-webhooks.md 1.10). */
function readAnswer(answer: Json, review: JsonObject): WebhookAnswer {
  const { uid, allowed, status, warnings } = Answer.parse(answer).response
  if (uid !== member(review['request'], 'uid')) throw new Error(`this is the answer to another review: ${uid}`)
  const { code, reason, message } = status ?? { code: 200, reason: '', message: '' }
  return { allowed, code, reason, message, warnings, patch: readPatch(answer) }
}
