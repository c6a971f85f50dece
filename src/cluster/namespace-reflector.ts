/** Keeps listing and watching namespaces, whatever the API server does. */
import type { ApiClient } from './api-client.ts'
import { toApiError, type ApiError } from './api-error.ts'
import { createBackoff } from './backoff.ts'
import type { Clock } from './clock.ts'
import type { ClusterLimits } from './limits.ts'
import { listNamespaces, type NamespaceList } from './list-namespaces.ts'
import { createReconnect } from './reconnect.ts'
import type { WatchEvent } from './watch-event.ts'
import { watchNamespaces } from './watch-namespaces.ts'

export interface ReflectorListener {
  /** Everything there is; `askedAt` is when the list was begun, in time of the clock. */
  listed(list: NamespaceList, askedAt: number): void
  event(event: WatchEvent): void
  connected(): void
  /** The list or watch ended; undefined if the server ended the watch as agreed. */
  disconnected(error: ApiError | undefined, retryInMs: number): void
}

export interface Reflector {
  start(): void
  /** Resolves when nothing more will be said to the listener. */
  stop(): Promise<void>
}

/** Creates a reflector; it begins with a list when it is started. */
export function createNamespaceReflector(
  client: ApiClient,
  limits: ClusterLimits,
  clock: Clock,
  random: () => number,
  listener: ReflectorListener,
): Reflector {
  const reconnect = createReconnect(createBackoff(limits.backoffMs, limits.maxBackoffMs, random))
  const pause = createPause(clock)
  let resourceVersion: string | undefined
  let stopped = false
  let running: Promise<void> = Promise.resolve()

  return {
    start() {
      running = run()
    },
    stop() {
      stopped = true
      pause.end()
      return running
    },
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const error = await listAndWatch()
      if (stopped) return
      const { delayMs, relist } = reconnect.after(error)
      if (relist) resourceVersion = undefined
      listener.disconnected(error, delayMs)
      await pause.wait(delayMs)
    }
  }

  async function listAndWatch(): Promise<ApiError | undefined> {
    try {
      await watch(resourceVersion ?? (await list()))
      return undefined
    } catch (error) {
      return toApiError(error, 'broken')
    }
  }

  async function list(): Promise<string> {
    const askedAt = clock.now()
    const found = await listNamespaces(client, { pageSize: limits.pageSize, timeoutMs: limits.pageMs })
    resourceVersion = found.resourceVersion
    listener.listed(found, askedAt)
    return found.resourceVersion
  }

  async function watch(from: string): Promise<void> {
    const watchSeconds = Math.round(limits.watchSeconds * (1 + random()))
    let openedAt: number | undefined
    try {
      await watchNamespaces(
        client,
        clock,
        from,
        { ...limits, watchSeconds },
        {
          opened() {
            openedAt = clock.now()
            listener.connected()
          },
          event,
        },
      )
    } finally {
      if (openedAt !== undefined && clock.now() - openedAt >= limits.steadyMs) reconnect.progressed()
    }
  }

  function event(event: WatchEvent): void {
    if (stopped || event.kind === 'unknown') return
    resourceVersion = event.kind === 'bookmark' ? event.resourceVersion : event.fact.resourceVersion
    reconnect.progressed()
    listener.event(event)
  }
}

/** One wait at a time, which can be ended early and for good. */
function createPause(clock: Clock) {
  let ended = false
  let endWait = (): void => undefined
  return {
    wait(milliseconds: number): Promise<void> {
      if (ended) return Promise.resolve()
      return new Promise((resolve) => {
        const cancel = clock.after(milliseconds, resolve)
        endWait = () => {
          cancel()
          resolve()
        }
      })
    },
    end() {
      ended = true
      endWait()
    },
  }
}
