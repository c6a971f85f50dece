/** The whole admission server in this process, asked over TLS the way an API server asks. */
import type { Agent } from 'node:https'
import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { startGatehouse, type Gatehouse } from '../../src/cli/compose.ts'
import { parseConfig } from '../../src/config/load.ts'
import { makeCertificate } from './certificate.ts'
import { fixedCertificate, makeAgent, send, type Answer } from './webhook.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface AdmissionServer {
  readonly gatehouse: Gatehouse
  readonly agent: Agent
  post(path: string, body: string | Buffer): Promise<Answer>
}

let shared: ReturnType<typeof makeCertificate> | undefined

/** Starts it with these settings and namespaces, every guard enforcing unless `rest` of the file says otherwise. */
export async function startAdmission(
  t: TestContext,
  settings: object,
  namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>,
  rest: object = {},
): Promise<AdmissionServer> {
  const folder = await makeTemporaryFolder(t)
  const issued = await (shared ??= makeCertificate())
  const items = Object.entries(namespaces).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }))
  await writeFile(join(folder, 'namespaces.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const file = {
    settings,
    facts: { source: 'file', path: 'namespaces.json' },
    server: { address: '127.0.0.1', port: 0, healthAddress: '127.0.0.1', healthPort: 0 },
    ...rest,
  }
  const config = parseConfig(Buffer.from(JSON.stringify(file)), join(folder, 'gatehouse.yaml'), {})
  const log = pino({ level: 'silent' })
  const gatehouse = await startGatehouse({ config, log, certificate: fixedCertificate(issued) })
  const agent = makeAgent(issued.ca)
  t.after(async () => {
    agent.destroy()
    await gatehouse.stop({ maxAcceptMilliseconds: 0, quietMilliseconds: 0, lastRequestMilliseconds: 0 })
  })
  return { gatehouse, agent, post: (path, body) => send(gatehouse.webhook.port, path, { agent, body }) }
}
