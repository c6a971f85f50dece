import type { Terminal } from './terminal.ts'
import { readArguments } from './arguments.ts'
import { explainOrigin, explainOverview, explainRule, listTopics } from './explain-text.ts'
import { showValue } from '../config/show-value.ts'
import { suggest } from '../config/suggest.ts'
import { UsageError, type Usage } from './usage.ts'

export const usage = {
  synopsis: ['[GUARD | MUTATOR | ORIGIN]'],
  operands: {
    name: 'TOPIC',
    most: 1,
    help: "what stands in brackets at the end of a denial ('route-hostname'), or what metrics and audit annotations name ('route-hostname/outside-apex'); without it, a list",
  },
  options: {},
} as const satisfies Usage

/** Says what a guard, a mutator or an origin means. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { operands, faults } = readArguments(argv, usage)
  if (faults.length > 0) throw new UsageError(faults)
  const [topic] = operands
  const text = topic === undefined ? explainOverview() : (explainRule(topic) ?? explainOrigin(topic))
  if (text === undefined) throw new UsageError([explainUnknown(topic ?? '')])
  await terminal.print(text)
  return 0
}

function explainUnknown(topic: string): string {
  const meant = suggest(topic, listTopics())
  const hint = meant === undefined ? "'gatehouse explain' lists them" : `did you mean '${meant}'?`
  return `${showValue(topic)} is no guard, mutator or origin; ${hint}`
}
