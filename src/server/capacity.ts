/** How much is taken on at once: places, bytes, and one namespace's share of the places. */

export interface CapacityLimits {
  readonly maxConcurrent: number
  /** Of bodies being read or judged. */
  readonly maxBytesInFlight: number
}

/** A request that has been let in and is not answered yet. */
export interface Place {
  bytes: number
  namespace: string | undefined
  /** When {@link expire} is due, on the steady clock. */
  expiresAt: number
  expire: () => void
}

export interface Capacity {
  readonly held: ReadonlySet<Place>
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
  const held = new Set<Place>()
  const waiting = new Map<string, number>()
  let bytesInFlight = 0

  function add(place: Place, bytes: number): void {
    place.bytes += bytes
    bytesInFlight += bytes
  }

  return {
    held,
    admit(bytes) {
      if (held.size >= maxConcurrent || bytesInFlight + bytes > maxBytesInFlight) return undefined
      const place: Place = { bytes: 0, namespace: undefined, expiresAt: Infinity, expire: doNothing }
      add(place, bytes)
      held.add(place)
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
      if (!held.delete(place)) return
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
