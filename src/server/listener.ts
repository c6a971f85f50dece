/** Limits of the two listeners, one value each and why. */

/** Any request has arrived whole by then, or its sender is cut off. */
const receiveMilliseconds = 12_000

export const webhookListener = {
  requestTimeout: receiveMilliseconds,
  headersTimeout: receiveMilliseconds,
  handshakeTimeout: receiveMilliseconds,
  connectionsCheckingInterval: 1_000,
  // The API server closes idle connections after 90 s. Were we first, a review could meet a closing connection and
  // be refused (reference/control-plane.md 5).
  keepAliveTimeout: 120_000,
  // A second Content-Type then makes one value that is not in the list, where Node would drop it silently.
  joinDuplicateHeaders: true,
  noDelay: true,
} as const

// Some six hundred calls at a time from each of three API servers, which open one connection for each.
export const maxConnections = 2_048

export const healthListener = {
  requestTimeout: 5_000,
  headersTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 75_000,
} as const
