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
  const escaped = escapeWhere(shown, mustBeEscaped)
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
  return escapeWhere(text, isNotPrintable)
}

/** Where a value was cut. */
const ellipsis = 0x2026

function mustBeEscaped(code: number): boolean {
  return code === 0x22 || code === 0x5c || code < 0x20 || code > 0x7e
}

function isNotPrintable(code: number): boolean {
  return code < 0x20 || (code > 0x7e && code !== ellipsis)
}

// Nearly every text is returned as it came: built up unit by unit it would cost a refusal a tenth of its time.
function escapeWhere(text: string, isEscaped: (code: number) => boolean): string {
  for (let at = 0; at < text.length; at++) if (isEscaped(text.charCodeAt(at))) return escapeFrom(text, at, isEscaped)
  return text
}

function escapeFrom(text: string, start: number, isEscaped: (code: number) => boolean): string {
  let escaped = text.slice(0, start)
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    escaped += isEscaped(code) ? escapeUnit(code) : text.charAt(at)
  }
  return escaped
}

function escapeUnit(code: number): string {
  if (code === 0x22) return '\\"'
  if (code === 0x5c) return '\\\\'
  if (code === 0x0a) return '\\n'
  if (code === 0x0d) return '\\r'
  if (code === 0x09) return '\\t'
  return `\\u${code.toString(16).padStart(4, '0')}`
}

function describe(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value !== 'object') return String(value)
  // The shape is enough for the reader, and printing a huge tree would cost the caller's deadline.
  if (Array.isArray(value)) return `a list of ${value.length}`
  const size = Object.keys(value).length
  return `an object with ${size === 1 ? '1 key' : `${size} keys`}`
}
