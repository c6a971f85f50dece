/** The words around a guard's sentence: STYLE section 5. */
import type { Advice, Violation, ViolationType } from '../guards/guard.ts'
import { quote, toPrintable } from '../guards/violation.ts'
import type { JudgedViolation } from './decision.ts'

/** More lines than this help nobody; the rest is counted. */
const maxLines = 20
/** The API server keeps 4,096 characters of warnings in all (reference/admission-webhooks.md 1, rule 15). */
const maxWarnings = 20

const typeNames: Readonly<Record<ViolationType, string>> = {
  Forbidden: 'Forbidden',
  Invalid: 'Invalid value',
  Required: 'Required value',
  Duplicate: 'Duplicate value',
  NotSupported: 'Unsupported value',
}

/** One violation as one printable line: `<field path>: <Type>: <detail> [<guard id>]`. */
export function renderViolation({ guard, field, type, value, detail }: JudgedViolation): string {
  const shown = type === 'Forbidden' || type === 'Required' ? '' : `${quote(value)}: `
  return toPrintable(`${field}: ${typeNames[type]}: ${shown}${detail} [${guard}]`)
}

/** The whole denial. Line breaks are kubectl's to print; each violation holds none. */
export function renderDenial(denials: readonly JudgedViolation[]): string {
  const [first] = denials
  if (first === undefined) return ''
  if (denials.length === 1) return renderViolation(first)
  const lines = denials.slice(0, maxLines).map((violation) => `- ${renderViolation(violation)}`)
  const left = denials.length - lines.length
  if (left > 0) lines.push(`- and ${left} more`)
  return [`${denials.length} violations:`, ...lines].join('\n')
}

/** What an allowed object is told of a violation that its update did not add. */
export function renderKept(violation: Violation): string {
  return toPrintable(
    `${violation.field}: ${violation.kept ?? quote(violation.value)}; kept because this update did not add it`,
  )
}

export function renderAdvice({ field, text }: Advice): string {
  return toPrintable(field === '' ? text : `${field}: ${text}`)
}

/** Warnings without repetition, cut where the API server would cut them unevenly. */
export function limitWarnings(warnings: readonly string[]): readonly string[] {
  const distinct = [...new Set(warnings)]
  if (distinct.length <= maxWarnings) return distinct
  return [...distinct.slice(0, maxWarnings), `and ${distinct.length - maxWarnings} more warnings`]
}

/** By guard id, then field path with numbers compared as numbers, so that answers are stable. */
export function compareViolations(left: JudgedViolation, right: JudgedViolation): number {
  if (left.guard !== right.guard) return left.guard < right.guard ? -1 : 1
  return comparePaths(left.field, right.field)
}

function comparePaths(left: string, right: string): number {
  let at = 0
  while (at < left.length && at < right.length) {
    const leftDigits = digitsAt(left, at)
    const rightDigits = digitsAt(right, at)
    if (leftDigits > 0 && rightDigits > 0) {
      const difference = Number(left.slice(at, at + leftDigits)) - Number(right.slice(at, at + rightDigits))
      if (difference !== 0) return difference
      // Equal as numbers; canonical indices have equal length too.
      if (leftDigits !== rightDigits) return leftDigits - rightDigits
      at += leftDigits
    } else {
      const difference = left.charCodeAt(at) - right.charCodeAt(at)
      if (difference !== 0) return difference
      at++
    }
  }
  return left.length - right.length
}

function digitsAt(text: string, start: number): number {
  let at = start
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++
  return at - start
}
