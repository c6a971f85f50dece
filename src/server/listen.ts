import type { AddressInfo } from 'node:net'
import type { App } from './app.ts'
import type { HealthApp } from './health.ts'

/** Starts a server on exactly one address and says which port it got. */
export async function listen(app: App | HealthApp, address: string, port: number): Promise<AddressInfo> {
  // For `localhost` fastify opens a second server, on the other protocol, which a drain would not know of.
  await app.listen({ host: address === 'localhost' ? '127.0.0.1' : address, port })
  const bound = app.server.address()
  if (bound === null || typeof bound === 'string') throw new Error('The server listens on no port')
  return bound
}
