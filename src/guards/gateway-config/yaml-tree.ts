/** A YAML document as far as the guard cares: values, what they stand for, and the features they must not use. */
import { isAlias, isMap, isScalar, isSeq, type Alias, type ParsedNode, type Scalar } from 'yaml'

import { plainTypeOf, type PlainType } from './plain-scalar.ts'

interface Base {
  /** Offset in the text. */
  readonly at: number
  /** Anchor, tag, alias and merge key, as `&name`, `!tag`, `*name` and `<<`; mostly none. */
  readonly marks: readonly string[]
}

export interface TextTree extends Base {
  readonly kind: 'text'
  readonly value: string
}
/** A scalar that is no text. */
interface ScalarTree extends Base {
  readonly kind: Exclude<PlainType, 'text'>
  readonly source: string
}
interface AliasTree extends Base {
  readonly kind: 'alias'
}
export interface ListTree extends Base {
  readonly kind: 'list'
  readonly items: readonly Tree[]
}
export interface MapTree extends Base {
  readonly kind: 'map'
  readonly pairs: readonly Pair[]
}
export interface Pair {
  readonly key: Tree
  readonly value: Tree
}
export type Tree = TextTree | ScalarTree | AliasTree | ListTree | MapTree

const unmarked: readonly string[] = []

/** Recurses, which the depth that `parseYaml` permits makes safe. `at` is where an absent node would stand. */
export function buildTree(node: ParsedNode | Alias | null | undefined, at = 0): Tree {
  if (node === null || node === undefined) return { kind: 'null', source: '', at, marks: unmarked }
  const start = node.range?.[0] ?? at
  if (isAlias(node)) return { kind: 'alias', at: start, marks: [`*${node.source}`] }
  const marks = marksOf(node)
  if (isScalar(node)) return buildScalar(node, start, marks)
  if (isSeq(node)) return { kind: 'list', at: start, marks, items: node.items.map((item) => buildTree(item, start)) }
  const pairs = isMap(node) ? node.items.map(({ key, value }) => buildPair(key, value, start)) : []
  return { kind: 'map', at: start, marks, pairs }
}

function buildPair(keyNode: ParsedNode, valueNode: ParsedNode | null, at: number): Pair {
  const key = buildTree(keyNode, at)
  const isMerge = isScalar(keyNode) && keyNode.type === 'PLAIN' && keyNode.source === '<<'
  return { key: isMerge ? { ...key, marks: [...key.marks, '<<'] } : key, value: buildTree(valueNode, key.at) }
}

function buildScalar(node: Scalar, at: number, marks: readonly string[]): Tree {
  const source = typeof node.value === 'string' ? node.value : ''
  // A tag decides the type itself; it is refused, and a second fault would only mislead.
  const kind = node.type === 'PLAIN' && node.tag === undefined ? plainTypeOf(source) : 'text'
  return kind === 'text' ? { kind, at, marks, value: source } : { kind, at, marks, source }
}

function marksOf({ anchor, tag }: { anchor?: string | undefined; tag?: string | undefined }): readonly string[] {
  if (anchor === undefined && tag === undefined) return unmarked
  return [...(anchor === undefined ? [] : [`&${anchor}`]), ...(tag === undefined ? [] : [`!${tag}`])]
}
