import type { CST } from 'yaml'

/**
 * Offset of a colon that starts a line without standing right below the `?` of its key; undefined where there is
 * none. The parser takes it for that of the key above, other readers refuse it (YAML 1.2.2, 8.2.2).
 */
export function findStrayColon({ value: root }: CST.Document, text: string): number | undefined {
  const open = [root]
  for (let token = open.pop(); token !== undefined; token = open.pop()) {
    if (!('items' in token)) continue
    for (const { start, key, sep, value } of token.items) {
      const colon = sep?.find(({ type }) => type === 'map-value-ind')
      // In braces a colon may stand anywhere.
      if (token.type === 'block-map' && key && colon !== undefined) {
        const column = columnOfFirst(text, colon.offset)
        const expected = start.some(({ type }) => type === 'explicit-key-ind') ? token.indent : undefined
        if (column !== undefined && column !== expected) return colon.offset
      }
      if (key) open.push(key)
      if (value) open.push(value)
    }
  }
  return undefined
}

/** The column of what stands at `at`, from 0, if only blanks stand in front of it on its line. */
function columnOfFirst(text: string, at: number): number | undefined {
  let start = at
  while (text[start - 1] === ' ') start--
  return start === 0 || text[start - 1] === '\n' ? at - start : undefined
}
