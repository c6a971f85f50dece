import type { FastifyServerOptions } from 'fastify'

/**
 * Keeps fastify from loading its compilers of JSON schemas, a hundred files that no route here needs: a twentieth of
 * the time to start.
 */
export const noSchemas = {
  compilersFactory: { buildValidator: refuse, buildSerializer: refuse },
} satisfies FastifyServerOptions['schemaController']

function refuse(): never {
  throw new Error('No route has a schema: nothing would compile it')
}
