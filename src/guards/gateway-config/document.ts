import type { Json, Violation } from '../guard.ts'
import { isAbsent, isObject, member } from '../json.ts'
import { readEntry, type Entry } from './entry.ts'
import { documentField, itemField } from './field.ts'
import { createFindings, malformed, missing } from './findings.ts'
import { remember } from './memo.ts'
import { createLocator } from './position.ts'
import { shapeOf } from './schema.ts'
import { findFeatures } from './yaml-features.ts'
import { parseYaml } from './yaml-text.ts'
import { buildTree } from './yaml-tree.ts'

/** What `data.namespaces` says. Unreadable, absent and empty are never mixed up. */
export interface Document {
  /** Faults of the document as a whole. */
  readonly faults: readonly Violation[]
  /** Undefined where it is absent, or no list of entries can be read from it. */
  readonly entries: readonly Entry[] | undefined
}

/** A root has an anchor and a tag at most. */
const maxFaults = 2
/** Of all entries together, before each is left with its first fault: more are printed nowhere. */
const maxEntryFaults = 1000

/** Reads the text of a document. Source: reference/openshell-gateways.md 2.2. */
const readDocument = remember(parseDocument, {
  // An update asks for two documents, and the next one for the second of them.
  size: 4,
  // Two documents of 9,000 entries, which fill a ConfigMap; some 30 MiB at worst.
  maxWeight: 80_000,
  weigh,
})

/** The document in a ConfigMap; only `data.namespaces` is ever looked at. */
export function documentOf(configMap: Json): Document {
  const value = statedDocument(configMap)
  return typeof value === 'string' ? readDocument(value) : refuseWhole(explainAbsence(value))
}

/** `data.namespaces` as it stands. */
export function statedDocument(configMap: Json): Json | undefined {
  return member(member(configMap, 'data'), 'namespaces')
}

/** Whether it is a literal empty list: the one document that stands for no tenants. */
export function isEmptyList({ entries, faults }: Document): boolean {
  return entries?.length === 0 && faults.length === 0
}

const must = "must hold a YAML list with one entry for each tenant; write '[]' where there is none"

function explainAbsence(value: Json | undefined): Violation {
  return isAbsent(value) || isObject(value)
    ? missing('document-missing', documentField, must)
    : malformed('document-missing', documentField, value, must)
}

function parseDocument(text: string): Document {
  const locate = createLocator(text)
  const parsed = parseYaml(text)
  if ('must' in parsed) {
    return refuseWhole(malformed('document-syntax', documentField, locate(parsed.at), parsed.must))
  }
  const tree = buildTree(parsed.root)
  if (tree.kind !== 'list') return refuseWhole(malformed('document-type', documentField, shapeOf(tree), must))
  const found = createFindings(maxFaults)
  findFeatures({ ...tree, items: [] }, documentField, locate, found)
  let left = maxEntryFaults
  const entries = tree.items.map((item, index) => {
    // Of every entry the first fault stays: it decides, whatever an update excuses.
    const entry = readEntry(item, itemField(documentField, index), locate, Math.max(left, 1))
    left -= entry.faults.length
    return entry
  })
  return { faults: found.list, entries }
}

/** About the number of objects to keep. */
function weigh({ entries = [] }: Document, text: string): number {
  let faults = 0
  let names = 0
  for (const entry of entries) {
    faults += entry.faults.length
    names += entry.names.length
  }
  return entries.length + names + faults + text.length / 64
}

function refuseWhole(violation: Violation): Document {
  return { faults: [violation], entries: undefined }
}
