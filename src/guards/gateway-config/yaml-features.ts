import { childField, itemField } from './field.ts'
import { malformed, type Findings } from './findings.ts'
import type { Locate } from './position.ts'
import type { Tree } from './yaml-tree.ts'

/** Reports every anchor, alias, merge key and tag of a value, used or not, at the path it applies to. */
export function findFeatures(tree: Tree, field: string, locate: Locate, found: Findings): void {
  for (const mark of tree.marks) found.add(refuseMark(mark, tree.at, field, locate))
  if (tree.kind === 'list') {
    tree.items.forEach((item, index) => findFeatures(item, itemField(field, index), locate, found))
  }
  if (tree.kind !== 'map') return
  for (const { key, value } of tree.pairs) {
    // Marks on a key change the map: no path leads to a key itself.
    findFeatures(key, field, locate, found)
    findFeatures(value, key.kind === 'text' ? childField(field, key.value) : field, locate, found)
  }
}

function refuseMark(mark: string, at: number, field: string, locate: Locate) {
  const must = `must be plain YAML without anchors, aliases, merge keys and tags; ${locate(at)} has ${nameOf(mark)}`
  return malformed('yaml-feature', field, mark, must)
}

function nameOf(mark: string): string {
  if (mark === '<<') return 'a merge key'
  if (mark.startsWith('&')) return 'an anchor'
  return mark.startsWith('*') ? 'an alias' : 'a tag'
}
