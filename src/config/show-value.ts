/** Longer values are cut: a fault is one line in a terminal. */
const maxShownLength = 100

/**
 * `value` for a message to people: text in double quotes, one printable line, cut where it is long; of lists
 * and mappings only the kind.
 */
export function showValue(value: unknown): string {
  if (typeof value === 'string') {
    const shown = escapeText(value.slice(0, maxShownLength)).replaceAll('"', '\\"')
    return `"${shown}${value.length > maxShownLength ? '…' : ''}"`
  }
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return `${value}`
  return 'a mapping'
}

/** Single-quoted literals as the end of `must be`: `one of 'a', 'b'`. */
export function listChoices(choices: readonly string[]): string {
  return `${choices.length > 1 ? 'one of ' : ''}${choices.map((choice) => `'${choice}'`).join(', ')}`
}

/** Escapes everything outside printable ASCII: control characters would steer the terminal of the reader. */
export function escapeText(text: string): string {
  let escaped = ''
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0x20 && code < 0x7f) escaped += text.charAt(at)
    else escaped += `\\u${code.toString(16).padStart(4, '0')}`
  }
  return escaped
}
