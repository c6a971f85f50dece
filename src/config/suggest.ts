/** Two slips are a typo; more are another word. */
const maxDistance = 2

/** The candidate that was probably meant: equal but for case, or one or two slips of the hand away. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const folded = word.toLowerCase()
  let best: string | undefined
  let bestDistance = maxDistance + 1
  for (const candidate of candidates) {
    const distance = countSlips(folded, candidate.toLowerCase())
    // Half of a short word wrong is no likeness: `id` is not meant by `is`.
    if (distance < bestDistance && distance * 2 < candidate.length) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours between two words; big where lengths differ much. */
function countSlips(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > maxDistance) return maxDistance + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let row = 1; row <= left.length; row++) {
    const line = [row]
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1]
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
      line[column] = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = line
  }
  return last[right.length] ?? 0
}
