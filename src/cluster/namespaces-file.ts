/** Reads Namespaces from text as `kubectl get ns -o yaml` prints it. */
import { parseAllDocuments } from 'yaml'
import type { Namespace } from '../tenancy/tenancy.ts'
import { readNamespaceObject, type ObjectFault } from './namespace-object.ts'
import { own } from './own.ts'

export interface NamespacesText {
  readonly namespaces: readonly Namespace[]
  /** One line each, with file, document and path; empty if the text is good. */
  readonly faults: readonly string[]
}

/**
 * Reads a v1 List of Namespaces, a NamespaceList, or Namespaces as documents of their own, in YAML or JSON.
 * `file` is what the faults call the text. With a fault nothing of it is to be used: half a list of owners
 * would say of the other half that nobody owns it.
 */
export function readNamespacesText(text: string, file: string): NamespacesText {
  const faults: string[] = []
  const found = new Map<string, Namespace>()
  const documents = parse(text)
  for (const [at, document] of documents.entries()) {
    const here = `${file}: document ${at + 1}`
    if (document.problems.length > 0) {
      faults.push(...document.problems.map((problem) => `${here}: ${problem}`))
      continue
    }
    const problems: ObjectFault[] = []
    for (const { path, namespace } of readDocument(document.value, problems)) {
      if (found.has(namespace.name)) {
        problems.push({ field: join(path, 'metadata.name'), problem: `names ${quote(namespace.name)} a second time` })
      }
      found.set(namespace.name, namespace)
    }
    faults.push(...problems.map(({ field, problem }) => `${here}: ${field}: ${problem}`))
  }
  if (documents.length === 0) faults.push(`${file}: must hold a List of Namespaces or Namespaces`)
  return { namespaces: [...found.values()], faults }
}

interface Parsed {
  readonly value: unknown
  readonly problems: readonly string[]
}

/** The documents of a text, empty ones left out. */
function parse(text: string): Parsed[] {
  // A large list in JSON is read twenty times faster this way.
  if (text.trimStart().startsWith('{')) {
    try {
      return [{ value: JSON.parse(text), problems: [] }]
    } catch {
      // Several documents, or YAML in braces.
    }
  }
  return [...parseAllDocuments(text)]
    .map((document): Parsed => {
      // A message goes on with a drawing of the place.
      const problems = document.errors.map(({ message }) => (message.split('\n', 1)[0] ?? '').replace(/:$/, ''))
      if (problems.length > 0) return { value: undefined, problems }
      try {
        return { value: document.toJS(), problems }
      } catch {
        return { value: undefined, problems: ['must not refer to itself or to one anchor over and over'] }
      }
    })
    .filter(({ value, problems }) => problems.length > 0 || (value !== null && value !== undefined))
}

interface Placed {
  readonly path: string
  readonly namespace: Namespace
}

function readDocument(value: unknown, faults: ObjectFault[]): Placed[] {
  const kind = own(value, 'kind')
  if (own(value, 'apiVersion') !== 'v1') faults.push({ field: 'apiVersion', problem: "must be 'v1'" })
  else if (kind === 'Namespace') return readOne(value, '', faults)
  else if (kind === 'List' || kind === 'NamespaceList') return readItems(value, kind === 'List', faults)
  else faults.push({ field: 'kind', problem: "must be 'Namespace', 'List' or 'NamespaceList'" })
  return []
}

/** Items of a NamespaceList come without their kind; those of a List may be anything. */
function readItems(list: unknown, kindRequired: boolean, faults: ObjectFault[]): Placed[] {
  const items = own(list, 'items') ?? []
  if (!Array.isArray(items)) {
    faults.push({ field: 'items', problem: 'must be a list' })
    return []
  }
  return items.flatMap((item: unknown, at) => {
    const path = `items[${at}]`
    const kind = own(item, 'kind')
    const isNamespace = kind === 'Namespace' && own(item, 'apiVersion') === 'v1'
    if (isNamespace || (kind === undefined && !kindRequired)) return readOne(item, path, faults)
    faults.push({ field: `${path}.kind`, problem: "must be 'Namespace', with apiVersion 'v1'" })
    return []
  })
}

function readOne(value: unknown, path: string, faults: ObjectFault[]): Placed[] {
  const fact = readNamespaceObject(value, path, faults)
  return fact === undefined ? [] : [{ path, namespace: fact.namespace }]
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}

function quote(text: string): string {
  return JSON.stringify(text)
}
