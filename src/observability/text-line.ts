/** Log lines for people: `12:34:56.789 INFO  Message key=value key="two words"`. */
import { escapeNonAscii } from './escape-non-ascii.ts'

/** Turns one JSON line of the log into text. A line that is none stays as it is. */
export function formatLine(line: string): string {
  const fields = parse(line)
  if (fields === undefined) return line
  const { time, level, msg, ...rest } = fields
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const name = typeof level === 'string' ? level.toUpperCase().padEnd(5) : ''
  const message = typeof msg === 'string' ? msg : ''
  const pairs = Object.entries(rest).map(([key, value]) => ` ${key}=${formatValue(value)}`)
  return `${clock} ${name} ${message}${pairs.join('')}\n`
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

function formatValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatValue).join(',')}]`
  // What could end the line, begin another field or pass for another value is quoted and escaped.
  return typeof value === 'string' && /^[\w./:@*+-]+$/.test(value) ? value : escapeNonAscii(JSON.stringify(value))
}
