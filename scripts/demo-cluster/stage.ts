/** Where the story is played: commands and real answers on the terminal, and a count of those that are not as expected. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Terminal } from '../../src/cli/terminal.ts'
import type { ControlPlane } from '../../test/support/control-plane/control-plane.ts'
import type { GatewayController } from '../../test/support/control-plane/traefik.ts'
import { waitUntil } from '../../test/support/control-plane/wait-until.ts'

export interface Stage {
  /** Whether requests can be sent through a Gateway. */
  readonly hasTraffic: boolean
  tell(text: string): Promise<void>
  show(file: string): Promise<void>
  /** Runs kubectl and shows what it prints; each of `says` must be in there, and it must fail if it `isRefused`. */
  kubectl(words: string, says: readonly string[], isRefused?: 'isRefused'): Promise<void>
  /** Sends a request through the Gateway and shows where it is sent on to. `tone` is what that means for bob. */
  visit(url: string, location: string, tone: 'good' | 'bad'): Promise<void>
  /** How many answers there were, and how many not as expected. */
  count(): { readonly answers: number; readonly surprises: number }
}

export interface StageOptions {
  readonly plane: Pick<ControlPlane, 'folder' | 'kubectl'>
  /** Undefined: no traffic can be shown. */
  readonly gateway: Gateway | undefined
  readonly terminal: Terminal
  /** Aborted when somebody wants an end. */
  readonly signal: AbortSignal
  /** How long a Gateway controller may take to act on what was applied. */
  readonly patienceSeconds?: number
}

type Gateway = Pick<GatewayController, 'port' | 'get'>

/** Makes the stage of one run. */
export function createStage(options: StageOptions): Stage {
  const { plane, gateway, terminal, signal, patienceSeconds = 20 } = options
  let answers = 0
  let surprises = 0

  const print = async (text: string): Promise<void> => {
    signal.throwIfAborted()
    await terminal.print(text)
  }
  const prompt = (words: string): Promise<void> => print(`${terminal.paint('quiet', `$ ${words}`)}\n`)
  const expect = async (faults: readonly string[]): Promise<void> => {
    answers++
    if (faults.length > 0) surprises++
    for (const fault of faults) await print(`${terminal.paint('bad', `UNEXPECTED: ${fault}`)}\n`)
  }

  return {
    hasTraffic: gateway !== undefined,
    tell: (text) => print(`\n${terminal.paint('strong', text)}\n`),
    async show(file) {
      await prompt(`cat ${file}`)
      await print(await readFile(join(plane.folder, file), 'utf8'))
    },
    async kubectl(words, says, isRefused) {
      await prompt(`kubectl ${words}`)
      const { status, stdout, stderr } = await plane.kubectl(words.split(' '))
      const output = `${stderr}${stdout}`
      await print(status === 0 ? output : terminal.paint('bad', output))
      const faults = says.filter((text) => !output.includes(text)).map((text) => `it does not say ${text}`)
      if ((status !== 0) !== (isRefused !== undefined)) faults.push(`it ended with ${status}`)
      await expect(faults)
    },
    async visit(url, location, tone) {
      if (gateway === undefined) return
      const { host, pathname } = new URL(url)
      // What it does, in words that do it again: the answer's one header that shows whose route it was.
      await prompt(`${curl(gateway, host, pathname)} | grep -i location`)
      let last: string | undefined
      const isThere = await waitUntil(
        location,
        async () => {
          signal.throwIfAborted()
          last = (await gateway.get(host, pathname)).location
          return last === location || undefined
        },
        { seconds: patienceSeconds, everyMs: 50 },
      ).catch(() => false)
      await print(`Location: ${terminal.paint(tone, last ?? 'none')}\n`)
      await expect(isThere ? [] : [`it should be ${location}`])
    },
    count: () => ({ answers, surprises }),
  }
}

/** Asks the Gateway as a browser would that was sent to it by DNS. */
export function curl({ port }: Gateway, host: string, path: string): string {
  return `curl -si -H 'Host: ${host}' http://127.0.0.1:${port}${path}`
}
