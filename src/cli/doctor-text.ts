/** What `doctor` says to people: one line a finding, and below what is wrong the way to put it right. */
import { doctorChecks, type Finding } from './doctor-finding.ts'
import { printable } from './printable.ts'
import type { Terminal, Tone } from './terminal.ts'

const words = { ok: 'ok', wrong: 'WRONG', untried: 'not tried' } as const satisfies Record<Finding['status'], string>
const tones = { ok: 'good', wrong: 'bad', untried: 'careful' } as const satisfies Record<Finding['status'], Tone>
const wordWidth = Math.max(...Object.values(words).map((word) => word.length))
const checkWidth = Math.max(...doctorChecks.map((check) => check.length))

export function renderFindings(findings: readonly Finding[], paint: Terminal['paint']): string {
  const lines = findings.flatMap(({ check, status, text, remedy }) => [
    `${paint(tones[status], words[status].padEnd(wordWidth))}  ${check.padEnd(checkWidth)}  ${printable(text)}\n`,
    ...(remedy === undefined
      ? []
      : [`${' '.repeat(wordWidth + checkWidth + 4)}${paint('quiet', printable(remedy))}\n`]),
  ])
  return `${lines.join('')}${summarize(findings)}\n`
}

function summarize(findings: readonly Finding[]): string {
  const count = (status: Finding['status']): number => findings.filter((finding) => finding.status === status).length
  const untried = count('untried') === 0 ? '' : `, ${count('untried')} not tried`
  return count('wrong') === 0 ? `Nothing is wrong${untried}.` : `${count('wrong')} wrong, ${count('ok')} ok${untried}.`
}
