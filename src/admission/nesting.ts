/**
 * How deep JSON may nest. Kubernetes objects stay far below; the bound keeps every recursive walk behind
 * the decoder within the stack. Source: DESIGN section 5.
 */
export const maxNesting = 500

const quoteMark = 0x22
const backslash = 0x5c

/** Bodies up to this size are first bounded by counting brackets, which costs less than skipping strings. */
const smallBody = 64 * 1024

/** Whether well-formed JSON in `body` nests deeper than {@link maxNesting}; linear, without recursion. */
export function nestsTooDeep(body: Uint8Array): boolean {
  if (body.length <= smallBody && countOpeners(body) <= maxNesting) return false
  let depth = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (byte === quoteMark) at = endOfString(body, at)
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maxNesting) return true
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
  return false
}

/** An upper bound of the depth: every bracket that could open something, those inside strings included. */
function countOpeners(body: Uint8Array): number {
  let openers = 0
  // `[` and `{` differ in one bit.
  for (let at = 0; at < body.length; at++) if (((body[at] ?? 0) & 0xdf) === 0x5b) openers++
  return openers
}

function endOfString(body: Uint8Array, start: number): number {
  let end = start
  do {
    end = body.indexOf(quoteMark, end + 1)
    if (end < 0) return body.length
  } while (isEscaped(body, end))
  return end
}

function isEscaped(body: Uint8Array, at: number): boolean {
  let backslashes = 0
  while (body[at - 1 - backslashes] === backslash) backslashes++
  return backslashes % 2 === 1
}
