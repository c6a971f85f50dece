import { foldCase, isApex } from '../hostnames/name.ts'
import { createApexIndex, type ApexIndex } from './apex-index.ts'
import type { Apexes } from './apexes.ts'
import { labelOf, type Namespace, type TenancySettings } from './tenancy.ts'

/**
 * The namespaces known at this moment and the apexes they publish, kept up to date one change at a time,
 * so that no decision walks the list.
 */
export interface NamespaceIndex {
  readonly size: number
  readonly apexes: Apexes
  /** How many apexes are published by more than one namespace. */
  readonly sharedApexes: number
  get(name: string): Namespace | undefined
  put(namespace: Namespace): void
  remove(name: string): void
  replaceAll(namespaces: Iterable<Namespace>): void
  all(): Iterable<Namespace>
  /** Takes other label keys into use and rebuilds what follows from them. */
  configure(settings: TenancySettings): void
}

/** Creates an empty index; `isComplete` says whether what was put into it is every namespace there is. */
export function createNamespaceIndex(settings: TenancySettings, isComplete: () => boolean): NamespaceIndex {
  let hostLabel = settings.hostLabel
  let namespaces = new Map<string, Namespace>()
  let index = createApexIndex()

  return {
    get size() {
      return namespaces.size
    },
    get sharedApexes() {
      return index.shared
    },
    apexes: {
      get complete() {
        return isComplete()
      },
      ownerOf: (name) => index.ownerOf(name),
      hasApexBelow: (name, except) => index.hasApexBelow(name, except),
    },
    get: (name) => namespaces.get(name),
    put(namespace) {
      const before = namespaces.get(namespace.name)
      namespaces.set(namespace.name, namespace)
      moveApex(index, namespace.name, publishedApex(before, hostLabel), publishedApex(namespace, hostLabel))
    },
    remove(name) {
      const before = namespaces.get(name)
      namespaces.delete(name)
      moveApex(index, name, publishedApex(before, hostLabel), undefined)
    },
    replaceAll(replacements) {
      // Built aside: should the source fail half-way, what is known stays as it is.
      const fresh = new Map<string, Namespace>()
      for (const namespace of replacements) fresh.set(namespace.name, namespace)
      const freshIndex = indexApexes(fresh.values(), hostLabel)
      namespaces = fresh
      index = freshIndex
    },
    all: () => namespaces.values(),
    configure(changed) {
      if (changed.hostLabel === hostLabel) return
      hostLabel = changed.hostLabel
      index = indexApexes(namespaces.values(), hostLabel)
    },
  }
}

/**
 * The apex that a namespace owns, inside the tenant prefix or not (DESIGN section 10, "who owns an apex").
 * A terminating namespace owns its apex until it is gone.
 */
function publishedApex(namespace: Namespace | undefined, hostLabel: string): string | undefined {
  if (namespace === undefined) return undefined
  const host = labelOf(namespace, hostLabel)
  return isApex(host) ? foldCase(host) : undefined
}

function moveApex(index: ApexIndex, namespace: string, from: string | undefined, to: string | undefined): void {
  if (from === to) return
  if (from !== undefined) index.remove(from, namespace)
  if (to !== undefined) index.add(to, namespace)
}

function indexApexes(namespaces: Iterable<Namespace>, hostLabel: string): ApexIndex {
  const index = createApexIndex()
  for (const namespace of namespaces) moveApex(index, namespace.name, undefined, publishedApex(namespace, hostLabel))
  return index
}
