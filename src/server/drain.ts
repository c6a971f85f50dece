/** The end of the webhook port without a lost request. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from './app.ts'
import { closeListener } from './close-listener.ts'
import type { Traffic } from './traffic.ts'

export interface DrainOptions {
  /** So long new connections are still taken: API servers learn late that this endpoint is gone. */
  readonly maxAcceptMilliseconds?: number
  /** Without a request for so long, they have learnt it. */
  readonly quietMilliseconds?: number
  /** So long a connection taken last may wait with its first request. */
  readonly lastRequestMilliseconds?: number
  /** After that everything is cut, so that the process ends before it is killed. */
  readonly maxMilliseconds?: number
  readonly now?: () => number
}

const stepMilliseconds = 20

/**
 * Ends the server: not ready from now on, every answer closes its connection, the listener stays open while
 * requests keep coming, then closes; what is in flight is answered. Resolves when the last connection is gone.
 */
export async function drain(app: App, traffic: Traffic, options: DrainOptions = {}): Promise<void> {
  const {
    maxAcceptMilliseconds = 5_000,
    quietMilliseconds = 1_000,
    lastRequestMilliseconds = 1_000,
    // Below the 30 s of terminationGracePeriodSeconds, with room for what else has to end.
    maxMilliseconds = 22_000,
    now = () => performance.now(),
  } = options
  if (traffic.draining) return
  traffic.draining = true
  if (!app.server.listening) {
    await app.close()
    return
  }
  const startedAt = now()
  const isQuiet = () => now() - Math.max(traffic.lastArrival, startedAt) >= quietMilliseconds
  await until(() => isQuiet() || now() - startedAt >= maxAcceptMilliseconds)

  let isClosed = false
  const closed = once(app.server, 'close').then(() => {
    isClosed = true
  })
  await closeListener(app.server)

  let busyAt = now()
  await until(() => {
    if (traffic.inFlight() > 0) busyAt = now()
    const isSilent = now() - Math.max(busyAt, traffic.lastArrival) >= lastRequestMilliseconds
    return isClosed || isSilent || now() - startedAt >= maxMilliseconds
  })
  // What is left asks for nothing: idle and half-open connections, and senders that never come to an end.
  for (const socket of traffic.sockets) socket.destroy()
  await closed
  await app.close()
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await sleep(stepMilliseconds)
}
