/** YAML or JSON in, Kubernetes objects with their lines out. */
import { isMap, isNode, isSeq, LineCounter, parseAllDocuments, type Document, type ParsedNode } from 'yaml'

import type { Json, JsonObject } from '../guards/guard.ts'
import { isList, isObject, member } from '../guards/json.ts'
import { printable } from './printable.ts'

export interface ManifestObject {
  /** Where it begins, counted from 1. */
  readonly line: number
  readonly apiVersion: string
  readonly kind: string
  readonly object: JsonObject
}

export interface ManifestFault {
  /** `line 2, column 5: …` */
  readonly fault: string
}

/** A fault is one line in a terminal; the parser may quote the input. */
const maxReasonLength = 200

/**
 * Every object of every document, lists unpacked. What is wrong with one document hides no other. YAML is read as
 * kubectl reads it where that differs from our own files: anchors and merge keys are fine.
 */
export function readManifestObjects(text: string): (ManifestObject | ManifestFault)[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments<ParsedNode>(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    schema: 'core',
    merge: true,
  })
  return Array.isArray(documents) ? documents.flatMap((document) => readDocument(document, lines)) : []
}

function readDocument(document: Document.Parsed<ParsedNode>, lines: LineCounter): (ManifestObject | ManifestFault)[] {
  const [error] = document.errors
  if (error !== undefined)
    return [{ fault: `${at(lines, error.pos[0])}: ${printable(error.message).slice(0, maxReasonLength)}` }]
  const start = document.contents?.range[0] ?? document.range[0]
  let value: Json
  try {
    // Through text: what holds itself through an alias ends here, and so does what is no JSON.
    value = JSON.parse(JSON.stringify(document.toJS()))
  } catch (error) {
    // Aliases that lead nowhere, multiply or come round, or nesting beyond the stack.
    const reason = error instanceof ReferenceError ? error.message : 'the document cannot be unfolded'
    return [{ fault: `${at(lines, start)}: ${printable(reason).slice(0, maxReasonLength)}` }]
  }
  if (value === null) return []
  return unpack({ value, node: document.contents, start, parent: undefined }, lines)
}

interface Item {
  readonly value: Json
  readonly node: unknown
  readonly start: number
  /** The list that holds it. */
  readonly parent: JsonObject | undefined
}

/** The object, or those in the list that it is, lists in lists included, in their order. */
function unpack(first: Item, lines: LineCounter): (ManifestObject | ManifestFault)[] {
  const found: (ManifestObject | ManifestFault)[] = []
  const waiting = [first]
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const items = itemsOf(item)
    if (items === undefined) found.push(readObject(item, lines))
    else waiting.push(...items.toReversed())
  }
  return found
}

function itemsOf({ value, node, start }: Item): Item[] | undefined {
  const kind = member(value, 'kind')
  const items = member(value, 'items')
  if (!isObject(value) || typeof kind !== 'string' || !kind.endsWith('List') || !isList(items)) return undefined
  const nodes = nodesOf(node)
  return items.map((item, index) => ({
    value: item,
    node: nodes[index],
    start: startOf(nodes[index]) ?? start,
    parent: value,
  }))
}

function nodesOf(list: unknown): readonly unknown[] {
  const items = isMap(list) ? list.get('items') : undefined
  return isSeq(items) ? items.items : []
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}

function readObject({ value, start, parent }: Item, lines: LineCounter): ManifestObject | ManifestFault {
  const apiVersion = member(value, 'apiVersion') ?? member(parent, 'apiVersion')
  // The items of a typed list leave their kind to the list: an HTTPRouteList holds HTTPRoutes.
  const kind = member(value, 'kind') ?? kindOfItems(member(parent, 'kind'))
  if (!isObject(value) || !isName(apiVersion) || !isName(kind)) {
    return { fault: `${at(lines, start)}: must be a Kubernetes object with apiVersion and kind` }
  }
  return { line: lines.linePos(start).line, apiVersion, kind, object: value }
}

function kindOfItems(kind: Json | undefined): string {
  return typeof kind === 'string' ? kind.slice(0, -'List'.length) : ''
}

function isName(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== ''
}

function at(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `line ${line}, column ${col}`
}
