/** The health port: plain HTTP, reading only, nothing secret. It does not listen yet. */
import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { answerClientError } from './client-error.ts'
import { healthListener, maxConnections } from './listener.ts'
import { noSchemas } from './no-schemas.ts'
import type { MetricsPage } from './ports.ts'
import { assessReadiness, type Checks } from './readiness.ts'
import { type Refusal, refusals, refuse } from './refusals.ts'
import { pathOf } from './targets.ts'

export interface HealthDeps {
  readonly checks: Checks
  readonly metrics: MetricsPage
}

export type HealthApp = FastifyInstance<Server>

/** Builds the server of `/livez`, `/readyz` and `/metrics`. */
export function buildHealthApp({ checks, metrics }: HealthDeps): HealthApp {
  const app = fastify<Server>({
    http: { ...healthListener } satisfies ServerOptions,
    keepAliveTimeout: healthListener.keepAliveTimeout,
    requestTimeout: healthListener.requestTimeout,
    frameworkErrors: (_error, request, reply) => turnAway(request.raw, reply, refusals.notFound),
    clientErrorHandler(error, socket) {
      answerClientError(error, socket)
    },
    forceCloseConnections: true,
    schemaController: noSchemas,
    return503OnClosing: false,
  })
  app.server.maxConnections = maxConnections

  const paths = new Set(['/livez', '/readyz', '/metrics'])
  // Before anything of a body is read or any header looked at.
  app.addHook('onRequest', (request, reply, done) => {
    const isKnown = paths.has(pathOf(request.raw.url ?? ''))
    if (!isKnown) turnAway(request.raw, reply, refusals.notFound)
    else if (request.method !== 'GET' && request.method !== 'HEAD') turnAway(request.raw, reply, refusals.readOnly)
    else done()
  })

  // Alive is whoever can answer: the reachability of others never restarts a process.
  app.get('/livez', (_request, reply) => reply.type('text/plain').send('ok'))
  app.get('/readyz', (_request, reply) => {
    const readiness = assessReadiness(checks)
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()))
  app.setErrorHandler((_error, request, reply) => turnAway(request.raw, reply, refusals.internal))
  return app
}

function turnAway(request: IncomingMessage, reply: FastifyReply<{}, Server>, refusal: Refusal): void {
  reply.hijack()
  refuse(request, reply.raw, refusal)
}
