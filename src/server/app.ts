/** The webhook port: an HTTPS server that does not listen yet. */
import type { IncomingMessage } from 'node:http'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { Socket } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Admission } from '../admission/admission.ts'
import { type CapacityLimits, createCapacity } from './capacity.ts'
import { answerClientError } from './client-error.ts'
import { maxConnections, webhookListener } from './listener.ts'
import { noSchemas } from './no-schemas.ts'
import type { CertificateSource, TrafficRecorder } from './ports.ts'
import { type Refusal, refusals, refuse } from './refusals.ts'
import { createReviewHandler } from './review-handler.ts'
import { createTargetFinder, type Families } from './targets.ts'
import { buildTlsOptions } from './tls-options.ts'
import type { Traffic } from './traffic.ts'

export interface AppDeps {
  readonly admission: Admission
  readonly certificate: CertificateSource
  readonly recorder: TrafficRecorder
  readonly traffic: Traffic
  readonly families: Families
  readonly limits: CapacityLimits
  /** Replaces limits of the listener, so that a test need not wait for them. */
  readonly listener?: Pick<ServerOptions, keyof typeof webhookListener>
  /** A steady clock in milliseconds, the one that deadlines are given in. */
  readonly now?: () => number
}

export type App = FastifyInstance<Server>

/** Builds the webhook server. Listening and draining are the caller's. */
export function buildApp(deps: AppDeps): App {
  const { certificate, recorder, traffic, now = () => performance.now() } = deps
  const findTarget = createTargetFinder(deps.families)
  const capacity = createCapacity(deps.limits)
  const handleReview = createReviewHandler({ admission: deps.admission, capacity, recorder, traffic, now })
  traffic.inFlight = () => capacity.held.length
  recorder.watchInFlight(traffic.inFlight)

  const tlsOptions = () => buildTlsOptions(certificate.current())
  const serverOptions = { ...webhookListener, ...deps.listener, ...tlsOptions(), ALPNProtocols: ['http/1.1'] }
  const app = fastify<Server>({
    https: null,
    // Reviews go past fastify, whose request, reply and hooks cost 10 to 20 % of the requests per second at 4 KB.
    serverFactory: (handleOther) =>
      createServer(serverOptions, (request, response) => {
        traffic.lastArrival = now()
        if (traffic.draining) response.shouldKeepAlive = false
        const target = request.method === 'POST' ? findTarget(request.url ?? '') : undefined
        if (target !== undefined) handleReview(request, response, target)
        else handleOther(request, response)
      }),
    // Fastify's own words repeat the path.
    frameworkErrors: (_error, request, reply) => turnAway(request.raw, reply, refusals.notFound),
    clientErrorHandler(error, socket) {
      count(answerClientError(error, socket))
    },
    forceCloseConnections: true,
    schemaController: noSchemas,
    return503OnClosing: false,
  })

  app.addHook('onRequest', (request, reply) => {
    const target = findTarget(request.raw.url ?? '')
    turnAway(request.raw, reply, target === undefined ? refusals.notFound : refusals.methodNotAllowed)
  })
  app.server.on('connection', (socket: Socket) => {
    traffic.sockets.add(socket)
    socket.once('close', () => traffic.sockets.delete(socket))
  })
  app.server.maxConnections = maxConnections
  const unfollow = certificate.onChange(() => app.server.setSecureContext(tlsOptions()))
  app.addHook('preClose', async () => {
    unfollow()
    // Fastify ends HTTP connections only, not those in their handshake, and waits for all.
    for (const socket of traffic.sockets) socket.destroy()
  })
  return app

  function turnAway(request: IncomingMessage, reply: FastifyReply<{}, Server>, refusal: Refusal): void {
    reply.hijack()
    count(refusal)
    refuse(request, reply.raw, refusal)
  }

  function count(refusal: Refusal | undefined): void {
    if (refusal?.reason !== undefined) recorder.turnedAway(refusal.reason)
  }
}
