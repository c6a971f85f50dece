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
    case 'boolean':
    case 'number':
      parts.push(tree.kind, ':', tree.kind === 'null' ? '' : tree.source)
      return true
  }
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
