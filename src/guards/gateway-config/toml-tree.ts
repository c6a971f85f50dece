/** The syntax tree of a TOML text as tables within tables: dotted, quoted, escaped and inline spellings are one. */
import type { AST } from 'toml-eslint-parser'

export interface TomlTable {
  readonly kind: 'table'
  readonly members: ReadonlyMap<string, TomlValue>
}
export interface TomlArray {
  readonly kind: 'array'
  readonly items: readonly TomlValue[]
}
export interface TomlScalar {
  readonly kind: 'text' | 'integer' | 'float' | 'boolean' | 'date'
  /** The value in one spelling: equal texts of one kind mean equal values. */
  readonly value: string
}
export type TomlValue = TomlTable | TomlArray | TomlScalar

export interface TomlFault {
  readonly at: number
  /** What the config must be, as the middle of a sentence. */
  readonly must: string
}

/** Tables and arrays within each other; the keys that are permitted need three levels. */
const maxDepth = 32
// TOML 1.0 "Integer": 64-bit signed; the parser reads longer ones.
const smallestInteger = -(2n ** 63n)
const largestInteger = 2n ** 63n - 1n

interface Table {
  readonly kind: 'table'
  readonly members: Map<string, Value>
}
interface List {
  readonly kind: 'array'
  readonly items: Value[]
}
type Value = Table | List | TomlScalar

/** Builds the tree, or tells the first fault that the parser lets through. */
export function buildTomlTree({ body: [top] }: AST.TOMLProgram): TomlTable | TomlFault {
  const root = createTable()
  const faults: TomlFault[] = []
  for (const node of top.body) {
    if (node.type === 'TOMLKeyValue') {
      addMember(root, node, 0, faults)
      continue
    }
    const names = namesOf(node.key)
    if (isTooDeep(names.length, node, faults)) continue
    const table = node.kind === 'array' ? appendTable(root, names) : openTable(root, names)
    for (const member of node.body) addMember(table, member, names.length, faults)
  }
  return faults[0] ?? root
}

function addMember(table: Table, { key, value }: AST.TOMLKeyValue, above: number, faults: TomlFault[]): void {
  const names = namesOf(key)
  const depth = above + names.length
  if (isTooDeep(depth, key, faults)) return
  openTable(table, names.slice(0, -1)).members.set(names.at(-1) ?? '', buildValue(value, depth, faults))
}

function buildValue(node: AST.TOMLContentNode, depth: number, faults: TomlFault[]): Value {
  if (node.type === 'TOMLValue') return buildScalar(node, faults)
  if (node.type === 'TOMLArray') {
    const elements = isTooDeep(depth, node, faults) ? [] : node.elements
    return { kind: 'array', items: elements.map((element) => buildValue(element, depth + 1, faults)) }
  }
  const table = createTable()
  for (const member of node.body) addMember(table, member, depth, faults)
  return table
}

function buildScalar(node: AST.TOMLValue, faults: TomlFault[]): TomlScalar {
  switch (node.kind) {
    case 'string':
      return { kind: 'text', value: node.value }
    case 'boolean':
    case 'float':
      return { kind: node.kind, value: String(node.value) }
    case 'integer':
      if (node.bigint < smallestInteger || node.bigint > largestInteger) {
        faults.push({ at: node.range[0], must: 'must hold no integer of more than 64 bits' })
      }
      return { kind: 'integer', value: String(node.bigint) }
    default:
      return { kind: 'date', value: node.datetime }
  }
}

/**
 * The table that `names` leads to, made where it is missing; of an array of tables the last one is meant. The
 * parser has refused already whatever redefines a value.
 */
function openTable(root: Table, names: readonly string[]): Table {
  let table = root
  for (const name of names) {
    const member = table.members.get(name)
    const next = member?.kind === 'array' ? member.items.at(-1) : member
    if (next?.kind === 'table') {
      table = next
    } else {
      const made = createTable()
      table.members.set(name, made)
      table = made
    }
  }
  return table
}

function appendTable(root: Table, names: readonly string[]): Table {
  const parent = openTable(root, names.slice(0, -1))
  const name = names.at(-1) ?? ''
  const made = createTable()
  const list = parent.members.get(name)
  if (list?.kind === 'array') list.items.push(made)
  else parent.members.set(name, { kind: 'array', items: [made] })
  return made
}

function createTable(): Table {
  return { kind: 'table', members: new Map() }
}

function namesOf({ keys }: AST.TOMLKey): readonly string[] {
  return keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value))
}

function isTooDeep(depth: number, node: AST.TOMLNode, faults: TomlFault[]): boolean {
  if (depth <= maxDepth) return false
  faults.push({ at: node.range[0], must: 'must not be nested that deeply' })
  return true
}
