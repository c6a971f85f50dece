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

/**
 * An upper bound of the depth: every byte that could open something, those inside strings included. Four bytes
 * a step, since this runs over every review: `[` and `{` differ in one bit only, which is masked away, and a
 * byte that is then zero after the exclusive or is found by its borrow.
 */
function countOpeners(body: Uint8Array): number {
  const words = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const last = body.length - 3
  let openers = 0
  let at = 0
  for (; at < last; at += 4) {
    const word = (words.getInt32(at) & 0xdfdfdfdf) ^ 0x5b5b5b5b
    const hits = (word - 0x01010101) & ~word & 0x80808080
    if (hits !== 0) openers += ((hits >>> 7) & 1) + ((hits >>> 15) & 1) + ((hits >>> 23) & 1) + (hits >>> 31)
  }
  return openers + body.length - at
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
