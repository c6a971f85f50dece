/** The real webhook server over TLS, with an admission made up for the test. */
import { Agent, type AgentOptions, request } from 'node:https'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import type { TestContext } from 'node:test'
import type { Admission, Call, Outcome } from '../../src/admission/admission.ts'
import { type App, type AppDeps, buildApp } from '../../src/server/app.ts'
import { listen } from '../../src/server/listen.ts'
import type { CertificateSource, TurnedAwayReason } from '../../src/server/ports.ts'
import { createTraffic, type Traffic } from '../../src/server/traffic.ts'
import { makeCertificate, type TestCertificate } from './certificate.ts'

export interface Webhook {
  readonly app: App
  readonly traffic: Traffic
  readonly port: number
  readonly ca: string
  /** Reasons in the order they were counted. */
  readonly turnedAway: readonly TurnedAwayReason[]
  readonly faults: readonly unknown[]
  /** Sends one request over the webhook's connection pool. */
  send(path: string, options?: SendOptions): Promise<Answer>
}

export interface SendOptions {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type WebhookOptions = Partial<Omit<AppDeps, 'traffic' | 'recorder' | 'admission'>> & {
  readonly answer?: Admission['answer']
  readonly issued?: TestCertificate
}

export const allowed: Outcome = { kind: 'answered', body: '{"response":{"allowed":true}}' }

let shared: Promise<TestCertificate> | undefined

/** Starts a webhook on a free port; it ends with the test. */
export async function startWebhook(t: TestContext, options: WebhookOptions = {}): Promise<Webhook> {
  const { answer = () => allowed, issued = await (shared ??= makeCertificate()), ...deps } = options
  const turnedAway: TurnedAwayReason[] = []
  const faults: unknown[] = []
  const traffic = createTraffic()
  const app = buildApp({
    admission: { answer },
    certificate: fixedCertificate(issued),
    families: { validate: ['route-hostname', 'tenant-host'], mutate: ['default-route-hostname'] },
    limits: { maxConcurrent: 256, maxBytesInFlight: 64 * 1024 * 1024 },
    traffic,
    recorder: {
      turnedAway: (reason) => void turnedAway.push(reason),
      watchInFlight: () => {},
      fault: (_where, _uid, error) => void faults.push(error),
    },
    ...deps,
  })
  const { port } = await listen(app, '127.0.0.1', 0)
  const agent = makeAgent(issued.ca)
  t.after(async () => {
    agent.destroy()
    await app.close()
  })
  return {
    app,
    traffic,
    port,
    ca: issued.ca,
    turnedAway,
    faults,
    send: (path, sent = {}) => send(port, path, { agent, ...sent }),
  }
}

/** A pool of kept-alive connections, as an API server has. */
export function makeAgent(ca: string, options: AgentOptions = {}): Agent {
  return new Agent({ keepAlive: true, ca, ALPNProtocols: ['http/1.1'], ...options })
}

export function fixedCertificate({ cert, key }: TestCertificate): CertificateSource {
  const pair = { cert, key, notBefore: new Date(0), notAfter: new Date(8.64e15) }
  return { current: () => pair, onChange: () => () => {} }
}

/** Resolves with what the server answers, rejects when the connection breaks before. */
export function send(port: number, path: string, options: SendOptions & { readonly agent: Agent }): Promise<Answer> {
  const { method = 'POST', body = '{}', agent } = options
  const headers = options.headers ?? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', servername: 'localhost', port, path, method, headers, agent },
      (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces).toString(),
          }),
        )
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** An admission whose reviews wait until the test lets them go. */
export function heldAdmission() {
  const calls: Call[] = []
  const bodies: string[] = []
  const waiting: ((outcome: Outcome) => void)[] = []
  const arrivals: (() => void)[] = []
  return {
    calls,
    bodies,
    answer(body: Buffer, call: Call): Promise<Outcome> {
      calls.push(call)
      bodies.push(body.toString())
      return new Promise((resolve) => {
        waiting.push(resolve)
        arrivals.shift()?.()
      })
    },
    /** Resolves with the next review that arrives. */
    arrival(): Promise<void> {
      return new Promise((resolve) => arrivals.push(resolve))
    },
    release(outcome: Outcome = allowed): void {
      for (const resolve of waiting.splice(0)) resolve(outcome)
    },
  }
}
