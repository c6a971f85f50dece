/** `gatehouse serve` as a process of its own, with its certificate, configuration and facts in a folder of the test. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { Agent } from 'node:https'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { z } from 'zod'
import { makeCertificate } from './certificate.ts'
import { startGatehouse } from './run-gatehouse.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'
import { makeAgent, send, type Answer } from './webhook.ts'

export interface ServeProcess {
  readonly folder: string
  readonly agent: Agent
  readonly port: number
  /** Log lines so far, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  /** Resolves once a line with this message is logged, after `skip` others like it. */
  logged(message: string, skip?: number): Promise<Readonly<Record<string, unknown>>>
  post(body: string | Buffer, path?: string): Promise<Answer>
  /** GET on the health port: status and text. */
  health(path: string): Promise<{ readonly status: number; readonly text: string }>
  kill(signal: NodeJS.Signals): void
  /** Resolves with the exit code, null if a signal ended it. */
  readonly ended: Promise<number | null>
}

const Address = z.object({ port: z.int() })
const Started = z.object({ webhook: Address, health: Address })

/**
 * Starts it with `file` as its configuration, on free ports, and waits until it serves. `prepare` may put more
 * files into the folder first.
 */
export async function startServe(
  t: TestContext,
  file: object,
  {
    prepare,
    env = {},
  }: { prepare?: (folder: string) => Promise<unknown>; env?: Readonly<Record<string, string>> } = {},
): Promise<ServeProcess> {
  const folder = await makeTemporaryFolder(t)
  const issued = await makeCertificate()
  await writeFile(join(folder, 'tls.crt'), issued.cert)
  await writeFile(join(folder, 'tls.key'), issued.key)
  await prepare?.(folder)
  await writeConfig(folder, file)
  const child = startGatehouse(['serve', '--config', join(folder, 'gatehouse.yaml')], { env })
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  const agent = makeAgent(issued.ca)
  t.after(async () => {
    agent.destroy()
    child.kill('SIGKILL')
    await ended
  })

  const lines: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  let complaints = ''
  child.stderr.on('data', (piece: Buffer) => (complaints += piece.toString()))
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line))
    for (const look of Array.from(waiting)) look()
  })

  const logged: ServeProcess['logged'] = (message, skip = 0) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.filter(({ msg }) => msg === message)[skip]
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      void ended.then((code) => reject(new Error(`ended with ${code} before '${message}': ${complaints}`)))
      look()
    })

  const { webhook, health } = Started.parse(await logged('Started serving'))
  return {
    folder,
    agent,
    port: webhook.port,
    lines,
    logged,
    post: (body, path = '/validate?timeout=5s') => send(webhook.port, path, { agent, body }),
    async health(path) {
      const response = await fetch(`http://127.0.0.1:${health.port}${path}`)
      return { status: response.status, text: await response.text() }
    },
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

/** Writes `file` as the configuration of the process in `folder`. JSON is YAML. */
export async function writeConfig(folder: string, file: object): Promise<void> {
  const whole = {
    server: { address: '127.0.0.1', port: 0, healthAddress: '127.0.0.1', healthPort: 0 },
    tls: { certificate: { certFile: 'tls.crt', keyFile: 'tls.key' } },
    ...file,
  }
  await writeFile(join(folder, 'gatehouse.yaml'), JSON.stringify(whole))
}
