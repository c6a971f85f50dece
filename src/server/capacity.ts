/** How much is taken on at once: places, bytes, and one namespace's share of the places. */

export interface CapacityLimits {
  readonly maxConcurrent: number
  /** Of bodies being read or judged. */
  readonly maxBytesInFlight: number
}

/** A request that has been let in and is not answered yet. */
export interface Place {
  /** Where it stands among those held; -1 once it is given back. */
  at: number
  bytes: number
  namespace: string | undefined
  /** When {@link expire} is due, on the steady clock. */
  expiresAt: number
  expire: () => void
}

export interface Capacity {
  /** In no order: the last one fills the gap of one that leaves. */
  readonly held: readonly Place[]
  /** A place for a request that announces so many bytes; undefined if there is none. */
  admit(bytes: number): Place | undefined
  /** Counts bytes that were not announced; false if they are too many. */
  grow(place: Place, bytes: number): boolean
  /** Books the place on a namespace; false if that namespace holds its share already. */
  enter(place: Place, namespace: string): boolean
  /** Gives the place back; a second time does nothing. */
  leave(place: Place): void
}

/** Keeps count of what is in flight. */
export function createCapacity({ maxConcurrent, maxBytesInFlight }: CapacityLimits): Capacity {
  // Half of the places, so that reviews of one tenant that wait for the API server leave room for everybody else.
  const share = Math.max(1, Math.floor(maxConcurrent / 2))
  // A Set would make a new table every few dozen requests, and each old table, once in the old generation, would keep
  // the next one alive with all requests in it: 60 MB of garbage at 4 KB, and a fifth of the time to collect it.
  const held: Place[] = []
  const waiting = new Map<string, number>()
  let bytesInFlight = 0

  function add(place: Place, bytes: number): void {
    place.bytes += bytes
    bytesInFlight += bytes
  }

  function remove(place: Place): void {
    const last = held.pop()
    if (last !== undefined && last !== place) {
      held[place.at] = last
      last.at = place.at
    }
    place.at = -1
  }

  return {
    held,
    admit(bytes) {
      if (held.length >= maxConcurrent || bytesInFlight + bytes > maxBytesInFlight) return undefined
      const at = held.length
      const place: Place = { at, bytes: 0, namespace: undefined, expiresAt: Infinity, expire: doNothing }
      add(place, bytes)
      held.push(place)
      return place
    },
    grow(place, bytes) {
      if (bytesInFlight + bytes > maxBytesInFlight) return false
      add(place, bytes)
      return true
    },
    enter(place, namespace) {
      if (place.namespace !== undefined) return true
      const count = waiting.get(namespace) ?? 0
      if (count >= share) return false
      waiting.set(namespace, count + 1)
      place.namespace = namespace
      return true
    },
    leave(place) {
      if (place.at < 0) return
      remove(place)
      bytesInFlight -= place.bytes
      const { namespace } = place
      if (namespace === undefined) return
      const count = waiting.get(namespace) ?? 0
      if (count > 1) waiting.set(namespace, count - 1)
      else waiting.delete(namespace)
    },
  }
}

function doNothing(): void {}
