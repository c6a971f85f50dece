/**
 * Reads one YAML document as plain data, with nothing in it that hides or repeats: a setting stands where it is
 * read, once, as it is written.
 */
import { type Document, isAlias, isScalar, isSeq, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml'
import type { Fault, Path } from './config-error.ts'
import { formatPath } from './fault-path.ts'
import { escapeText, showValue } from './show-value.ts'

/** The configuration is four levels deep. */
const maxDepth = 32

export interface YamlReading {
  /** Undefined where there is nothing to look at any further. */
  readonly value: unknown
  readonly faults: readonly Fault[]
  /** Places whose value was refused here already: what a schema says of them would only repeat it. */
  readonly dropped: readonly Path[]
}

interface Reader {
  readonly faults: PlacedFault[]
  readonly dropped: Path[]
  readonly positionOf: (offset: number) => string
}

interface PlacedFault extends Fault {
  readonly offset: number
}

/** Parses `text` (YAML 1.2, core schema) and lists everything that is refused in it. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter()
  const parsed = parseAllDocuments<ParsedNode>(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Found below, with a path and together with all other faults.
    uniqueKeys: false,
    version: '1.2',
    schema: 'core',
    merge: false,
  })
  const documents = Array.isArray(parsed) ? parsed : []
  const reader: Reader = { faults: [], dropped: [], positionOf: (offset) => formatPosition(lines, offset) }
  const value = readDocuments(documents, reader)
  const faults = reader.faults.toSorted((left, right) => left.offset - right.offset)
  return { value, faults: faults.map(({ where, text: said }) => ({ where, text: said })), dropped: reader.dropped }
}

function readDocuments(documents: readonly Document.Parsed[], reader: Reader): unknown {
  const [first, second] = documents
  if (first === undefined) return refuseEmpty(reader)
  for (const document of documents) collectSyntaxFaults(document, reader)
  if (second !== undefined) refuse(reader, second.range[0], 'must be one document; a second one begins here')
  if (reader.faults.length > 0) return undefined
  const content = first.contents
  // A file cut to nothing, by an editor that is about to write it, must not pass for one that wants every default.
  if (isScalar(content) && content.value === null && content.tag === undefined && content.anchor === undefined)
    return refuseEmpty(reader)
  return readNode(content, [], reader)
}

function refuseEmpty(reader: Reader): undefined {
  refuse(reader, undefined, 'is empty; write {} to take every default')
}

function collectSyntaxFaults(document: Document.Parsed, reader: Reader): void {
  const { directives } = document
  const tagDirectives = Object.keys(directives.tags).length > 1
  const unknownDirective = document.warnings.find((warning) => warning.code === 'BAD_DIRECTIVE')
  if (directives.yaml.explicit === true || tagDirectives || unknownDirective !== undefined)
    refuse(reader, unknownDirective?.pos[0] ?? 0, 'directives (lines that begin with %) are not allowed')
  for (const error of document.errors) {
    if (error.code === 'TAG_RESOLVE_FAILED') continue
    if (error.code === 'RESOURCE_EXHAUSTION') {
      refuse(reader, error.pos[0], 'is nested too deeply')
      // Every level reports it again.
      return
    }
    refuse(reader, error.pos[0], `is no valid YAML: ${escapeText(error.message).slice(0, 200)}`)
  }
}

function readNode(node: ParsedNode | null, path: Path, reader: Reader): unknown {
  if (node === null) return null
  const offset = node.range[0]
  if (isAlias(node)) return drop(reader, path, offset, 'aliases are not allowed; write the value out')
  if (node.anchor !== undefined) refuse(reader, offset, 'anchors are not allowed', path)
  if (node.tag !== undefined) return drop(reader, path, offset, 'tags are not allowed; write plain YAML')
  if (isScalar(node)) return node.value
  if (path.length >= maxDepth) return drop(reader, path, offset, `is nested deeper than ${maxDepth} levels`)
  if (isSeq<ParsedNode>(node)) return node.items.map((item, at) => readNode(item, [...path, at], reader))
  // Plain assignment would set the prototype for the key `__proto__`; a Map and `fromEntries` do not.
  const entries = new Map<string, unknown>()
  for (const { key, value } of node.items) readEntry(entries, key, value, path, reader)
  return Object.fromEntries(entries)
}

function readEntry(
  entries: Map<string, unknown>,
  keyNode: ParsedNode,
  valueNode: ParsedNode | null,
  path: Path,
  reader: Reader,
): void {
  const offset = keyNode.range[0]
  const key = readNode(keyNode, path, reader)
  if (isAlias(keyNode) || keyNode.tag !== undefined) return
  if (typeof key !== 'string') return refuse(reader, offset, `keys must be text, not ${showValue(key)}`, path)
  const at = [...path, key]
  if (key === '<<') return refuse(reader, offset, "merge keys ('<<') are not allowed; write the values out", path)
  if (entries.has(key)) return refuse(reader, offset, 'is a duplicate key', at)
  entries.set(key, readNode(valueNode, at, reader))
}

function drop(reader: Reader, path: Path, offset: number, text: string): undefined {
  reader.dropped.push(path)
  refuse(reader, offset, text, path)
}

function refuse(reader: Reader, offset: number | undefined, text: string, path: Path = []): void {
  const where = offset === undefined ? '' : reader.positionOf(offset)
  const what = path.length === 0 ? text : `\`${formatPath(path)}\`: ${text}`
  reader.faults.push({ where, text: what, offset: offset ?? 0 })
}

function formatPosition(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `line ${line}, column ${col}`
}
