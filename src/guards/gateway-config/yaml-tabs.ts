/** What the lexer puts in front of the text of a plain or block scalar. */
const scalarMark = '\u001f'

/**
 * Finds the first tab in front of all else on its line, when it is handed the lexemes of `text` in their order,
 * each with its offset. Within quotes and block scalars such a tab is text; anywhere else readers differ on it.
 */
export function createTabFinder(text: string): (lexeme: string, at: number) => number | undefined {
  const tabs = findLeadingTabs(text)
  let next = 0
  let isBlock = false
  let isMarked = false
  return (lexeme, at) => {
    if (lexeme === scalarMark) {
      isMarked = true
      return undefined
    }
    const isText = isMarked ? isBlock : /^["']/.test(lexeme)
    // Between the header of a block scalar and its text stand blanks, a comment and the end of the line.
    if (!isMarked && /^[|>]/.test(lexeme)) isBlock = true
    else if (isMarked) isBlock = false
    isMarked = false
    while ((tabs[next] ?? Infinity) < at + lexeme.length) {
      const tab = tabs[next++] ?? at
      if (!isText && tab >= at) return tab
    }
    return undefined
  }
}

/** Offsets of the first tab of each line with nothing but spaces in front of it. */
function findLeadingTabs(text: string): readonly number[] {
  return Array.from(text.matchAll(/^ *\t/gm), ({ 0: indent, index }) => index + indent.length - 1)
}
