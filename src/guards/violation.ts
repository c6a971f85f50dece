/** How guards word values: quoted, printable, bounded. The frame around a sentence is the engine's. */
import type { Json } from './guard.ts'

/** A value printed in a denial is cut here; a DNS name always fits (RFC 1035 2.3.4). */
export const maxValueLength = 253
/** A warning aims at 120 characters; longer values are cut. */
const maxAdviceValueLength = 80

/**
 * `value` as one printable line in double quotes, cut at `limit` characters. Everything outside printable
 * ASCII is escaped: control characters would steer a terminal, look-alike letters would mislead its reader.
 */
export function quote(value: Json | undefined, limit: number = maxValueLength): string {
  const text = typeof value === 'string' ? value : describe(value)
  const shown = text.length > limit ? text.slice(0, limit) : text
  const escaped = shown.replaceAll(quotable, escapeUnit)
  const cut = text.length > limit ? '…' : ''
  return typeof value === 'string' ? `"${escaped}${cut}"` : `${escaped}${cut}`
}

/** {@link quote} for warnings. */
export function quoteShort(value: Json | undefined): string {
  return quote(value, maxAdviceValueLength)
}

/**
 * `text` with everything that a terminal or an HTTP header could act on escaped. Guards quote what they repeat;
 * this is for the one that was forgotten.
 */
export function toPrintable(text: string): string {
  return text.replaceAll(notPrintable, escapeUnit)
}

/** Quote marks and backslashes too: a quoted value ends where it seems to end. */
const quotable = /["\\]|[^\x20-\x7e]/g
/** The ellipsis stays: it shows where a value was cut. */
const notPrintable = /[^\x20-\x7e\u2026]/g

function escapeUnit(unit: string): string {
  switch (unit) {
    case '"':
      return '\\"'
    case '\\':
      return '\\\\'
    case '\n':
      return '\\n'
    case '\r':
      return '\\r'
    case '\t':
      return '\\t'
    default:
      return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  }
}

function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value !== 'object') return String(value)
  // The shape is enough for the reader, and printing a huge tree would cost the caller's deadline.
  if (Array.isArray(value)) return `a list of ${value.length}`
  const size = Object.keys(value).length
  return `an object with ${size === 1 ? '1 key' : `${size} keys`}`
}
