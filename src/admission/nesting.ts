import { endOfValue, maxNesting, tooDeep } from './json-scan.ts'

/** Bodies up to this size are first bounded by counting brackets, which costs less than skipping strings. */
const smallBody = 64 * 1024

/** Whether well-formed JSON in `body` nests deeper than {@link maxNesting}. */
export function nestsTooDeep(body: Buffer): boolean {
  if (body.length <= smallBody && countOpeners(body) <= maxNesting) return false
  return endOfValue(body, 0, 0) === tooDeep
}

/**
 * An upper bound of the depth: every byte that could open something, those inside strings included. Four bytes
 * a step, since this runs over every review: `[` and `{` differ in one bit only, which is masked away, and a
 * byte that is then zero after the exclusive or is found by its borrow.
 */
function countOpeners(body: Buffer): number {
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
