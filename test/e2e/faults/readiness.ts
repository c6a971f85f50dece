/** What `/readyz` says, over and over, for as long as something is broken. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Instance } from '../../support/control-plane/instance.ts'
import { waitUntil } from '../../support/control-plane/wait-until.ts'

const Page = z.object({
  ready: z.boolean(),
  checks: z.object({
    certificate: z.object({ ok: z.boolean(), notAfter: z.string() }),
    facts: z.object({ ageSeconds: z.number(), namespaces: z.number(), connected: z.boolean(), source: z.string() }),
  }),
})
export type Readiness = z.infer<typeof Page> & { readonly status: number }

export async function readReadiness(instance: Instance): Promise<Readiness> {
  const { status, text } = await instance.health('/readyz')
  return { status, ...Page.parse(JSON.parse(text)) }
}

export interface ReadinessWatch {
  /** Ends with all answers so far; rejects where one was none. */
  stop(): Promise<readonly Readiness[]>
}

const everyMs = 100

/** Asks all the time until it is stopped, and once at least. */
export function watchReadiness(instances: readonly Instance[]): ReadinessWatch {
  let ended = false
  const found: Readiness[] = []
  const watch = async (instance: Instance): Promise<void> => {
    do {
      found.push(await readReadiness(instance))
      await sleep(everyMs)
    } while (!ended)
  }
  const running = Promise.all(instances.map(watch))
  running.catch(() => undefined)
  return {
    async stop() {
      ended = true
      await running
      return found
    },
  }
}

/** Waits until it watches the namespaces, and knows as many as there are. */
export function becomesCurrent(instance: Instance, countNamespaces: () => Promise<number>): Promise<true> {
  return waitUntil(
    `${instance.name} knows the namespaces of now`,
    async () => {
      const { checks } = await readReadiness(instance)
      return (checks.facts.connected && checks.facts.namespaces === (await countNamespaces())) || undefined
    },
    { seconds: 60, everyMs: 100 },
  )
}
