import { inApex, parentOf } from '../hostnames/name.ts'
import type { ApexOwner, Apexes } from './apexes.ts'

/** Apexes and the namespaces that publish them. Names and apexes are folded; an apex is a valid DNS name. */
export interface ApexIndex extends Omit<Apexes, 'complete'> {
  /** How many apexes are published by more than one namespace. */
  readonly shared: number
  add(apex: string, namespace: string): void
  remove(apex: string, namespace: string): void
}

/** Who publishes an apex: nearly always one namespace, which needs no list; several are sorted. */
type Owner = string | string[]

/**
 * Creates an empty index. A look-up costs one hash probe per label, however many apexes there are; an apex
 * with one namespace costs a map entry and no object.
 */
export function createApexIndex(): ApexIndex {
  const owners = new Map<string, Owner>()
  // For every proper parent of an apex: how many apexes lie below it.
  const below = new Map<string, number>()
  let shared = 0
  // Never shrinks: it only spares look-ups the suffixes that cannot be an apex.
  let longest = 0

  return {
    get shared() {
      return shared
    },
    ownerOf(name) {
      for (let suffix = longestSuffix(name, longest); suffix !== undefined; suffix = parentOf(suffix)) {
        const owner = owners.get(suffix)
        if (owner !== undefined) return ownerFrom(suffix, owner)
      }
      return undefined
    },
    hasApexBelow(name, except) {
      const count = below.get(name) ?? 0
      return count > 1 || (count === 1 && !isCounted(except, name))
    },
    add(apex, namespace) {
      const owner = owners.get(apex)
      if (owner === undefined) {
        owners.set(apex, namespace)
        longest = Math.max(longest, apex.length)
        countAbove(below, apex, 1)
      } else if (typeof owner !== 'string') {
        insertSorted(owner, namespace)
      } else if (owner !== namespace) {
        owners.set(apex, owner < namespace ? [owner, namespace] : [namespace, owner])
        shared++
      }
    },
    remove(apex, namespace) {
      const owner = owners.get(apex)
      if (owner === namespace) {
        owners.delete(apex)
        countAbove(below, apex, -1)
      } else if (typeof owner === 'object' && removeSorted(owner, namespace) && owner.length === 1) {
        owners.set(apex, owner[0] ?? '')
        shared--
      }
    },
  }

  function isCounted(apex: string | undefined, name: string): boolean {
    return apex !== undefined && apex !== name && owners.has(apex) && inApex(apex, name)
  }
}

// The list is the index's own: whoever asked has read it before the next change, as nothing waits in between.
function ownerFrom(apex: string, owner: Owner): ApexOwner {
  return { apex, namespaces: typeof owner === 'string' ? [owner] : owner }
}

/** The longest run of last labels of `name` within `length`: a hostile name of 127 labels costs no 127 probes. */
function longestSuffix(name: string, length: number): string | undefined {
  if (name.length <= length) return name
  const dot = name.indexOf('.', name.length - length - 1)
  return dot < 0 ? undefined : name.slice(dot + 1)
}

function countAbove(below: Map<string, number>, apex: string, step: 1 | -1): void {
  for (let parent = parentOf(apex); parent !== undefined; parent = parentOf(parent)) {
    const count = (below.get(parent) ?? 0) + step
    if (count === 0) below.delete(parent)
    else below.set(parent, count)
  }
}

/** Where `value` stands in a sorted list, or would stand. */
function positionOf(list: readonly string[], value: string): number {
  // The API server lists namespaces in order, so a new one mostly goes to the end.
  const last = list.at(-1)
  if (last === undefined || last < value) return list.length
  let low = 0
  let high = list.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] ?? '') < value) low = middle + 1
    else high = middle
  }
  return low
}

function insertSorted(list: string[], value: string): void {
  const at = positionOf(list, value)
  if (list[at] !== value) list.splice(at, 0, value)
}

function removeSorted(list: string[], value: string): boolean {
  const at = positionOf(list, value)
  if (list[at] !== value) return false
  list.splice(at, 1)
  return true
}
