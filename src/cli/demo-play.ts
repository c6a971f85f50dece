/** Plays the demo's script: sends what an API server would send, prints what kubectl would print. */
import { randomUUID } from 'node:crypto'

import type { JsonObject } from '../guards/guard.ts'
import { member } from '../guards/json.ts'
import { mutators } from '../mutators/index.ts'
import { nameWebhook } from '../registration/webhooks.ts'
import { applyPatch } from './apply-patch.ts'
import type { DemoScript, Example } from './demo-script.ts'
import { renderKubectl } from './kubectl-words.ts'
import { findRow, reviewOfObject, type Write } from './review-of-object.ts'
import type { Terminal } from './terminal.ts'
import type { WebhookAnswer, WebhookClient } from './webhook-client.ts'

/** An API server always says how long it waits. */
const query = '?timeout=5s'

export interface Played {
  readonly examples: number
  /** Answers that are not what the script expects. */
  readonly surprises: number
}

/** Plays every story in turn. */
export async function playScript(script: DemoScript, client: WebhookClient, terminal: Terminal): Promise<Played> {
  let examples = 0
  let surprises = 0
  for (const { story, examples: ofStory } of script.stories) {
    await terminal.print(`\n${terminal.paint('strong', story)}\n`)
    for (const example of ofStory) {
      const faults = await playExample(example, script, client, terminal)
      examples++
      if (faults.length > 0) surprises++
      for (const fault of faults) await terminal.print(`${terminal.paint('bad', `UNEXPECTED: ${fault}`)}\n`)
    }
  }
  return { examples, surprises }
}

async function playExample(
  { kubectl, about, as, stored, object, expect }: Example,
  { users }: DemoScript,
  client: WebhookClient,
  { print, paint }: Terminal,
): Promise<string[]> {
  const caller = users[as]
  const any = object ?? stored
  if (caller === undefined || any === undefined) throw new Error(`the script does not say who does what: ${kubectl}`)
  const subject = { apiVersion: any.apiVersion, kind: any.kind, name: any.metadata.name }
  const write: Write = {
    ...subject,
    uid: randomUUID(),
    operation: object === undefined ? 'DELETE' : stored === undefined ? 'CREATE' : 'UPDATE',
    object: object ?? null,
    oldObject: stored ?? null,
    caller,
    namespace: '',
  }
  const row = findRow(subject.apiVersion, subject.kind)
  const filled = write.object === null ? null : await fill(write, write.object, client)
  const answer = await client.send(`/validate${query}`, reviewOfObject({ ...write, object: filled }))
  const comment = about === undefined ? '' : `   # ${about}`
  await print(`${paint('quiet', `$ kubectl --as ${as} ${kubectl}${comment}`)}\n`)
  await print(renderKubectl(kubectl, subject, row === undefined ? '' : nameWebhook(row.guard), answer, paint))
  const hostnames = JSON.stringify(member(member(filled ?? undefined, 'spec'), 'hostnames'))
  if (expect.filled !== undefined) {
    const words = `$ kubectl --as ${as} get ${subject.kind.toLowerCase()} ${subject.name} -o jsonpath='{.spec.hostnames}'`
    await print(`${paint('quiet', words)}\n${hostnames}\n`)
  }
  return findSurprises(expect, answer, hostnames)
}

/** As an API server does: mutating webhooks first, and only those that are registered for the kind. */
async function fill(write: Write, object: JsonObject, client: WebhookClient): Promise<JsonObject> {
  const isRegistered = Object.values(mutators).some(({ resources }) =>
    resources.some(({ kind, group }) => kind === write.kind && write.apiVersion.startsWith(`${group}/`)),
  )
  if (write.operation !== 'CREATE' || !isRegistered) return object
  const { patch } = await client.send(`/mutate${query}`, reviewOfObject(write))
  return applyPatch(object, patch)
}

/** How an answer differs from what the script expects. */
function findSurprises(expect: Example['expect'], answer: WebhookAnswer, hostnames: string | undefined): string[] {
  const text = [answer.message, ...answer.warnings].join('\n')
  const faults: string[] = []
  if (answer.allowed !== expect.allowed) faults.push(`allowed is ${answer.allowed}`)
  if (!expect.allowed && answer.code !== expect.code) faults.push(`the code is ${answer.code}, not ${expect.code}`)
  for (const word of expect.says) if (!text.includes(word)) faults.push(`it does not say ${word}`)
  for (const word of expect.hides) if (text.includes(word)) faults.push(`it gives away ${word}`)
  const { warns, filled } = expect
  const isWarned = warns?.every((word, at) => answer.warnings[at]?.includes(word))
  if (warns !== undefined && (warns.length !== answer.warnings.length || isWarned === false)) {
    faults.push(`it warns of ${JSON.stringify(answer.warnings)}`)
  }
  if (filled !== undefined && JSON.stringify(filled) !== hostnames) faults.push(`the hostnames are ${hostnames}`)
  return faults
}
