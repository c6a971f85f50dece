/** Finds its way through the bytes of well-formed JSON without parsing it. Malformed JSON misleads it, no more. */

/**
 * How deep JSON may nest. Kubernetes objects stay far below; the bound keeps every recursive walk behind
 * the decoder within the stack. Source: DESIGN section 5.
 */
export const maxNesting = 500

/** What stands for an end that lies deeper than {@link maxNesting}. */
export const tooDeep = -1

export const quoteMark = 0x22
export const backslash = 0x5c
const comma = 0x2c
const opener = 0x5b
const closer = 0x5d

/** Where the first byte is at or after `at` that is no white space. */
export function skipSpace(body: Buffer, at: number): number {
  let next = at
  while (next < body.length && (body[next] ?? 0) <= 0x20) next++
  return next
}

/**
 * Where the value ends that begins at `start`, `depth` levels deep; {@link tooDeep} if it nests too deep. Linear,
 * without recursion.
 */
export function endOfValue(body: Buffer, start: number, depth: number): number {
  let open = depth
  for (let at = start; at < body.length; at++) {
    const byte = body[at] ?? 0
    // A brace differs from its bracket in one bit only.
    const bracket = byte & 0xdf
    if (byte === quoteMark) {
      at = endOfString(body, at + 1)
      if (open === depth) return Math.min(at + 1, body.length)
    } else if (bracket === opener) {
      if (++open > maxNesting) return tooDeep
    } else if (bracket === closer) {
      // What a number ends at is not part of it.
      if (open === depth) return at
      if (--open === depth) return at + 1
    } else if (byte === comma && open === depth) return at
  }
  return body.length
}

/** Most strings are shorter than this and end before a native search would have begun. */
const shortString = 32

/** Where the closing quote mark is of the string whose content begins at `start`. */
export function endOfString(body: Buffer, start: number): number {
  let at = start
  for (;;) {
    const near = Math.min(at + shortString, body.length)
    for (; at < near; at++) {
      if (body[at] === quoteMark) return at
      if (body[at] === backslash) at++
    }
    const end = body.indexOf(quoteMark, at)
    if (end < 0) return body.length
    if (!isEscaped(body, end, at)) return end
    at = end + 1
  }
}

/** Whether backslashes from `start` on escape what is at `at`. */
function isEscaped(body: Buffer, at: number, start: number): boolean {
  let before = at
  while (before > start && body[before - 1] === backslash) before--
  return (at - before) % 2 === 1
}
