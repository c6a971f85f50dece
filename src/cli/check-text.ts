/** What `check` says to people: one line for each object, in the words that kubectl would print. */
import type { OfflineAnswer } from './offline-judge.ts'
import type { PatchOperation } from '../mutators/mutator.ts'
import { printable } from './printable.ts'
import type { Terminal } from './terminal.ts'

type Paint = Terminal['paint']

export interface Tally {
  allowed: number
  /** Those of `allowed` that earned a warning. */
  warned: number
  denied: number
  notJudged: number
}

export function startTally(): Tally {
  return { allowed: 0, warned: 0, denied: 0, notJudged: 0 }
}

/** `shop.yaml:12: HTTPRoute tenant-maple/shop: denied: …`, and a line for each warning. */
export function renderAnswer(place: string, subject: string, answer: OfflineAnswer, paint: Paint): string {
  const verdict = answer.isGuarded
    ? renderVerdict(answer, paint)
    : paint('quiet', 'not judged: no guard looks at this kind')
  const warnings = answer.warnings.map((warning) => `  ${paint('careful', 'Warning:')} ${warning}\n`)
  return `${printable(place)}: ${printable(subject)}: ${verdict}\n${warnings.join('')}`
}

/** What mutators added before the object was judged. */
export function renderFilled(patch: readonly PatchOperation[]): string {
  return patch.map(({ path, value }) => `  Filled in: ${printable(`${path}: ${JSON.stringify(value)}`)}\n`).join('')
}

function renderVerdict({ allowed, message }: OfflineAnswer, paint: Paint): string {
  // The message is printed as it is, line breaks included, as kubectl does.
  return allowed ? paint('good', 'allowed') : `${paint('bad', 'denied')}: ${message}`
}

/** Counts an answer. */
export function tally(counts: Tally, { allowed, warnings, isGuarded }: OfflineAnswer): void {
  if (!isGuarded) counts.notJudged++
  else if (!allowed) counts.denied++
  else {
    counts.allowed++
    if (warnings.length > 0) counts.warned++
  }
}

/** The last line: `3 objects: 1 allowed, 1 denied, 1 not judged`. */
export function renderSummary(noun: string, { allowed, warned, denied, notJudged }: Tally, paint: Paint): string {
  const total = allowed + denied + notJudged
  const parts = [
    `${allowed} allowed${warned > 0 ? ` (${warned} with warnings)` : ''}`,
    `${denied} denied`,
    ...(notJudged > 0 ? [`${notJudged} not judged`] : []),
  ]
  const line = `${total} ${noun}${total === 1 ? '' : 's'}: ${parts.join(', ')}`
  return `${paint(denied > 0 ? 'bad' : 'good', line)}\n`
}
