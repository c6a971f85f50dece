import { z } from 'zod'
import { listChoices, showValue } from './show-value.ts'
import { suggest } from './suggest.ts'

const kinds = new Map([
  ['string', 'text'],
  ['number', 'a whole number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a mapping'],
])

/** What people write for the mode `disabled`; YAML 1.1 writers turn `off` and `no` into false on the way here. */
const wordsForOff: ReadonlySet<unknown> = new Set([false, 'off', 'Off', 'OFF', 'no', 'No', 'NO', 'false', 'none'])

/**
 * What is wrong, as a sentence that follows the path. Unknown keys come several to an issue: one line each, in the
 * order of the issue's `keys`.
 */
export function explainIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const { code, input } = issue
  if (code === 'unrecognized_keys')
    return issue.keys.map((key) => explainUnknownKey(key, knownKeys(issue.inst))).join('\n')
  if (code === 'invalid_type') return explainType(kinds.get(issue.expected) ?? issue.expected, input, issue.inst)
  if (code === 'invalid_value') return explainChoice(issue.values.map(String), input)
  if (code === 'too_small' && issue.origin === 'string') return 'must not be empty'
  if (code === 'too_small') return `must be at least ${issue.minimum}, not ${showValue(input)}`
  if (code === 'too_big') return `must be at most ${issue.maximum}, not ${showValue(input)}`
  // What is left has its sentence in the schema.
  return undefined
}

function explainType(kind: string, input: unknown, schema: unknown): string {
  if (input === undefined) return `is required and must be ${kind}`
  const mode = wordsForOff.has(input) ? 'disabled' : input
  if (schema instanceof z.ZodObject && typeof mode === 'string' && schema.safeParse({ mode }).success)
    return `must be ${kind}, not ${showValue(input)}: write {mode: ${mode}}`
  const hint = input === null ? '; leave the key out to take its default' : ''
  const quotes = kind === 'text' && input !== null && typeof input !== 'object' ? '; put it in quotes' : ''
  return `must be ${kind}, not ${showValue(input)}${hint}${quotes}`
}

function explainChoice(choices: readonly string[], input: unknown): string {
  const rule = `must be ${listChoices(choices)}`
  if (choices.includes('disabled') && wordsForOff.has(input))
    return `${rule}; ${input === false ? 'false' : `'${String(input)}'`} is not a mode: write 'disabled'`
  const meant = typeof input === 'string' ? suggest(input, choices) : undefined
  return `${rule}, not ${showValue(input)}${meant === undefined ? '' : `; did you mean '${meant}'?`}`
}

function explainUnknownKey(key: string, known: readonly string[]): string {
  const meant = suggest(key, known)
  return meant === undefined
    ? `is no known key; known here: ${known.join(', ')}`
    : `is no known key; did you mean '${meant}'?`
}

function knownKeys(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape).toSorted() : []
}
