/** What the webhook port knows of its own life: shared by the listener, the drain and `/readyz`. */
import type { Socket } from 'node:net'

export interface Traffic {
  /** Set once and for good: no longer ready, and every answer ends its connection. */
  draining: boolean
  /** When the last request came in, on the steady clock. */
  lastArrival: number
  /** Requests let in and not answered yet. */
  inFlight: () => number
  /** Every TCP connection, those included that have not finished their handshake. */
  readonly sockets: Set<Socket>
}

/** The state of a server that has not served yet. */
export function createTraffic(): Traffic {
  return { draining: false, lastArrival: Number.NEGATIVE_INFINITY, inFlight: () => 0, sockets: new Set() }
}
