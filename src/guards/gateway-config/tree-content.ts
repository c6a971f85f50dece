import type { Pair, Tree } from './yaml-tree.ts'

/**
 * What a value says, written in one way whatever its place and writing: equal texts mean equal content. Marks
 * count, since they are faults of their own. Undefined where an alias makes it depend on the rest of the
 * document.
 */
export function contentOf(tree: Tree): string | undefined {
  const parts: string[] = []
  return write(tree, parts) ? parts.join('') : undefined
}

function write(tree: Tree, parts: string[]): boolean {
  for (const mark of tree.marks) parts.push(mark, ' ')
  switch (tree.kind) {
    case 'alias':
      return false
    case 'text':
      parts.push(JSON.stringify(tree.value))
      return true
    case 'list':
      parts.push('[')
      for (const item of tree.items) {
        if (!write(item, parts)) return false
        parts.push(',')
      }
      parts.push(']')
      return true
    case 'map':
      return writeMap(tree.pairs, parts)
    case 'null':
      parts.push('null')
      return true
    case 'boolean':
      parts.push('boolean:', decodeBoolean(tree.source))
      return true
    case 'number':
      parts.push('number:', decodeNumber(tree.source))
      return true
  }
}

/** `yes` and `no` are texts to some readers: only the spellings of `true` and of `false` mean the same to all. */
function decodeBoolean(source: string): string {
  const word = source.toLowerCase()
  return word === 'true' || word === 'false' ? word : source
}

/** Integers that a double cannot hold, infinities and NaN keep their spelling but for case and a plus sign. */
function decodeNumber(source: string): string {
  const value = Number(source)
  const isExact = Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
  return isExact ? String(value) : source.toLowerCase().replace('+', '')
}

function writeMap(pairs: readonly Pair[], parts: string[]): boolean {
  const keyed = pairs.map(({ key, value }) => ({ key: contentOf(key), value }))
  parts.push('{')
  // A stable sort: of two equal keys the first stays the first.
  for (const { key, value } of keyed.toSorted((left, right) => compare(left.key, right.key))) {
    if (key === undefined) return false
    parts.push(key, ':')
    if (!write(value, parts)) return false
    parts.push(',')
  }
  parts.push('}')
  return true
}

function compare(left = '', right = ''): number {
  return left < right ? -1 : left > right ? 1 : 0
}
