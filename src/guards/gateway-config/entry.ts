import type { Violation } from '../guard.ts'
import { childField, itemField } from './field.ts'
import { createFindings, missing } from './findings.ts'
import type { Locate } from './position.ts'
import { readList, readMap, readText, type Place } from './schema.ts'
import { contentOf } from './tree-content.ts'
import { findFeatures } from './yaml-features.ts'
import type { Tree } from './yaml-tree.ts'

/** A stated value and its path. */
export interface Stated {
  readonly field: string
  readonly text: string
}

/** What one entry states. A value of a wrong type counts as not stated; `faults` says so. */
export interface Entry {
  readonly field: string
  readonly name: string | undefined
  readonly image: Stated | undefined
  /** Path of the list of DNS names. */
  readonly namesField: string
  readonly names: readonly Stated[]
  /** How many items the list has, whatever their types. */
  readonly nameCount: number
  readonly config: Stated | undefined
  /** What stands for the image and the config where that is no text: it is refused, and its change announced. */
  readonly odd: { readonly image: string | undefined; readonly config: string | undefined }
  /** Faults of form: YAML features, keys, types. */
  readonly faults: readonly Violation[]
  /** Equal for entries that say the same; undefined for one that equals no other. */
  readonly content: string | undefined
}

const entryKeys = ['name', 'gateway']
const gatewayKeys = ['image', 'serverDnsNames', 'config']

/** Reads one entry of the document, listing the first `maxFaults` faults of form. Source: reference/openshell-gateways.md 1.1, 2.2. */
export function readEntry(tree: Tree, field: string, locate: Locate, maxFaults: number): Entry {
  const found = createFindings(maxFaults)
  const at = (key: string, base: string): Place => ({ field: childField(base, key), found })
  findFeatures(tree, field, locate, found)

  const members = readMap(tree, { field, found }, entryKeys, locate)
  const namePlace = at('name', field)
  const nameTree = members?.get('name')
  if (members !== undefined && nameTree === undefined) {
    found.add(missing('name-missing', namePlace.field, 'must name the tenant namespace that the entry is for'))
  }

  const gatewayPlace = at('gateway', field)
  const gatewayTree = members?.get('gateway')
  const gateway = gatewayTree && readMap(gatewayTree, gatewayPlace, gatewayKeys, locate)

  const read = (key: string): Stated | undefined => {
    const place = at(key, gatewayPlace.field)
    const value = gateway?.get(key)
    const text = value && readText(value, place)
    return text && { field: place.field, text: text.value }
  }
  const readOdd = (key: string): string | undefined => {
    const value = gateway?.get(key)
    return value === undefined || value.kind === 'text' ? undefined : (contentOf(value) ?? 'alias')
  }
  const namesPlace = at('serverDnsNames', gatewayPlace.field)
  const namesTree = gateway?.get('serverDnsNames')
  const list = namesTree && readList(namesTree, namesPlace, 'must be a list of DNS names')

  return {
    field,
    name: nameTree && readText(nameTree, namePlace)?.value,
    image: read('image'),
    namesField: namesPlace.field,
    names: readNames(list?.items ?? [], namesPlace),
    nameCount: list?.items.length ?? 0,
    config: read('config'),
    odd: { image: readOdd('image'), config: readOdd('config') },
    // A list that grew has room to spare, which thousands of entries would keep.
    faults: [...found.list],
    content: contentOf(tree),
  }
}

function readNames(items: readonly Tree[], { field, found }: Place): readonly Stated[] {
  return items.flatMap((item, index) => {
    const place = { field: itemField(field, index), found }
    const text = readText(item, place)
    return text === undefined ? [] : [{ field: place.field, text: text.value }]
  })
}
