/**
 * How deep JSON may nest. Kubernetes objects stay far below; the bound keeps every recursive walk behind
 * the decoder within the stack. Source: DESIGN section 5.
 */
export const maxNesting = 500

const quoteMark = 0x22
const backslash = 0x5c
const opener = 0x5b
const closer = 0x5d

/** Bodies up to this size are first bounded by counting brackets, which costs less than skipping strings. */
const smallBody = 64 * 1024

/** Whether well-formed JSON in `body` nests deeper than {@link maxNesting}; linear, without recursion. */
export function nestsTooDeep(body: Uint8Array): boolean {
  if (body.length <= smallBody && countOpeners(body) <= maxNesting) return false
  let depth = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0
    // A brace differs from its bracket in one bit only.
    const bracket = byte & 0xdf
    if (byte === quoteMark) at = endOfString(body, at + 1)
    else if (bracket === opener) {
      if (++depth > maxNesting) return true
    } else if (bracket === closer) depth--
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

/** Most strings are shorter than this and end before a native search would have begun. */
const shortString = 48

/** Where the closing quote mark is of the string whose content begins at `start`. */
function endOfString(body: Uint8Array, start: number): number {
  const near = Math.min(start + shortString, body.length)
  let at = start
  for (; at < near; at++) {
    if (body[at] === quoteMark) return at
    if (body[at] === backslash) at++
  }
  let end = at - 1
  do {
    end = body.indexOf(quoteMark, end + 1)
    if (end < 0) return body.length
  } while (isEscaped(body, end, at))
  return end
}

/** Whether backslashes from `start` on escape what is at `at`. */
function isEscaped(body: Uint8Array, at: number, start: number): boolean {
  let before = at
  while (before > start && body[before - 1] === backslash) before--
  return (at - before) % 2 === 1
}
