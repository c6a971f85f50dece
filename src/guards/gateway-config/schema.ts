/** Reads values of the schema out of a tree: strict types, strict keys, every fault at its path. */
import type { Json } from '../guard.ts'
import { childField, isPlainKey } from './field.ts'
import { malformed, type Findings } from './findings.ts'
import type { Locate } from './position.ts'
import type { ListTree, TextTree, Tree } from './yaml-tree.ts'

/** Where a value stands, and where its faults go. */
export interface Place {
  readonly field: string
  readonly found: Findings
}

/** The value as text; undefined, with a fault, for anything else. There is no coercion, and null is not absent. */
export function readText(tree: Tree, place: Place): TextTree | undefined {
  if (tree.kind === 'text') return tree
  addWrongType(tree, place, 'must be text; quote a value that YAML takes for something else')
  return undefined
}

export function readList(tree: Tree, place: Place, must: string): ListTree | undefined {
  if (tree.kind === 'list') return tree
  addWrongType(tree, place, must)
  return undefined
}

/** The members of a map that `keys` lists; undefined, with a fault, for anything but a map. */
export function readMap(
  tree: Tree,
  { field, found }: Place,
  keys: readonly string[],
  locate: Locate,
): Map<string, Tree> | undefined {
  const names = keys.map((key) => `'${key}'`).join(', ')
  if (tree.kind !== 'map') {
    addWrongType(tree, { field, found }, `must be a map with the keys ${names}`)
    return undefined
  }
  const members = new Map<string, Tree>()
  const met = new Set<string>()
  for (const { key, value } of tree.pairs) {
    // A merge key is reported as what it is.
    if (key.marks.includes('<<') || key.kind === 'alias') continue
    if (key.kind !== 'text') {
      const keyField = 'source' in key && key.source !== '' ? childField(field, key.source) : field
      found.add(malformed('key-type', keyField, shapeOf(key), `must be one of the keys ${names}, as text`))
      continue
    }
    const child = childField(field, key.value)
    const shown = () => (isPlainKey(key.value) ? key.value : locate(key.at))
    if (met.has(key.value)) {
      found.add(malformed('key-duplicate', child, shown(), 'must stand once in this map', 'Duplicate'))
    } else if (keys.includes(key.value)) {
      members.set(key.value, value)
    } else {
      found.add(malformed('key-unknown', child, shown(), `must be one of the keys ${names}`, 'NotSupported'))
    }
    met.add(key.value)
  }
  return members
}

function addWrongType(tree: Tree, { field, found }: Place, must: string): void {
  // An alias stands for what it points to; that it stands there at all is reported elsewhere.
  if (tree.kind !== 'alias') found.add(malformed('wrong-type', field, shapeOf(tree), must))
}

/** JSON that prints as the value, or as its shape. A text in a wrong place may be a config with its secrets. */
export function shapeOf(tree: Tree): Json {
  switch (tree.kind) {
    case 'text':
      return `a text of ${tree.value.length} characters`
    case 'list':
      return tree.items.map(() => null)
    case 'map':
      return Object.fromEntries(tree.pairs.map((_, index) => [index, null]))
    case 'number':
      return Number(tree.source)
    case 'boolean':
      return tree.source
    case 'null':
    case 'alias':
      return null
  }
}
