/** Where an offset lies in a text, both counted from 1, in words: `line 2, column 5`. */
export type Locate = (offset: number) => string

/** Finds lines once, on the first question, so that a thousand faults in a long text cost one walk. */
export function createLocator(text: string): Locate {
  let starts: readonly number[] | undefined
  return (offset) => {
    starts ??= findLineStarts(text)
    const line = lastNotAfter(starts, offset)
    return `line ${line + 1}, column ${offset - (starts[line] ?? 0) + 1}`
  }
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lastNotAfter(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
