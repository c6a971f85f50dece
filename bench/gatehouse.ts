/** `gatehouse serve` as a pod runs it: every guard enforcing, logs and metrics at their defaults, facts by list and watch. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

import { readGatehouseCommand } from './gatehouse-command.ts'
import { openConnection } from './http-client.ts'
import { encodeRequest } from './http-request.ts'
import { otherCore, serverCore, startNode, stop } from './processes.ts'
import { makeReview } from './reviews.ts'
import { pathOf, pidOf, readPort, type Bench, type RunningServer } from './servers.ts'
import { rootHost } from './tenants.ts'

export interface ApiServer {
  readonly port: number
  stop(): Promise<void>
}

export async function startApiServer({ folder, certificate }: Bench): Promise<ApiServer> {
  writeFileSync(join(folder, 'token'), 'bench')
  const child = startNode({
    core: otherCore,
    script: pathOf('api-server.ts'),
    args: ['--cert', certificate.certFile, '--key', certificate.keyFile],
    log: join(folder, 'api-server.log'),
    output: 'pipe',
  })
  return { port: await readPort(child), stop: () => stop(child) }
}

export interface StartedGatehouse extends RunningServer {
  /** Milliseconds from the start of the process to its first answer, and to the first that knew the namespace. */
  readonly firstAnswer: number
  readonly firstAllowed: number
}

/** Starts it and waits until a review of a tenant is allowed, which needs the facts to be there. */
export async function startGatehouse(
  bench: Bench,
  api: ApiServer,
  nodeArgs: readonly string[] = [],
): Promise<StartedGatehouse> {
  const [port, healthPort] = [await findFreePort(), await findFreePort()]
  // A folder of its own, as in a pod: Gatehouse watches it, and the log would wake it up.
  const config = join(bench.folder, 'config', 'gatehouse.yaml')
  mkdirSync(join(bench.folder, 'config'), { recursive: true })
  writeFileSync(config, JSON.stringify(makeConfig(bench, api, port, healthPort), undefined, 2))
  const command = readGatehouseCommand()
  const startedAt = performance.now()
  const child = startNode({
    core: serverCore,
    script: pathOf('../src/main.ts'),
    args: ['serve', '--config', config],
    nodeArgs: [...command.nodeArgs, ...nodeArgs],
    environment: command.environment,
    log: join(bench.folder, 'gatehouse.log'),
    output: 'log',
  })
  let firstAnswer: number | undefined
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`gatehouse ended with ${child.exitCode}; see ${bench.folder}/gatehouse.log`)
    const answer = await askOnce(bench, port)
    const elapsed = performance.now() - startedAt
    if (answer !== undefined) firstAnswer ??= elapsed
    if (firstAnswer !== undefined && answer === true) {
      return { name: 'gatehouse', port, pid: pidOf(child), stop: () => stop(child), firstAnswer, firstAllowed: elapsed }
    }
    if (elapsed > 30_000) throw new Error(`gatehouse does not answer; see ${bench.folder}/gatehouse.log`)
    await wait(2)
  }
}

// JSON is YAML.
function makeConfig(
  { folder, certificate: { certFile, keyFile } }: Bench,
  api: ApiServer,
  port: number,
  healthPort: number,
): object {
  return {
    settings: { rootHost },
    facts: {
      source: 'cluster',
      snapshot: join(folder, 'snapshot.json'),
      apiServer: { url: `https://localhost:${api.port}`, caFile: certFile, tokenFile: join(folder, 'token') },
    },
    server: { address: '127.0.0.1', port, healthAddress: '127.0.0.1', healthPort },
    tls: { certificate: { certFile, keyFile } },
  }
}

const probe = makeReview('route-allowed', 0)

/** What the server says of a review that is fine; undefined while nobody listens. */
function askOnce({ certificate }: Bench, port: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const connection = openConnection({
      port,
      certificate: certificate.certificate,
      onOpen: () => connection.send(encodeRequest(probe.body)),
      onBroken: () => resolve(undefined),
      onAnswer({ status, body }) {
        connection.close()
        resolve(status === 200 ? JSON.parse(body.toString()).response.allowed : undefined)
      },
    })
  })
}

async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('there is no free port')
  return address.port
}
