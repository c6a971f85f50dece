import type { ApiClient } from './api-client.ts'
import { ApiError, toApiError } from './api-error.ts'
import type { Clock } from './clock.ts'
import { readLines } from './read-lines.ts'
import { readWatchEvent, type WatchEvent } from './watch-event.ts'

export interface WatchLimits {
  /** Until the headers of the answer. */
  readonly headersMs: number
  /** What we ask the server to end the watch after. */
  readonly watchSeconds: number
  /** Without a byte for so long, the connection is taken for half-open. */
  readonly silenceMs: number
}

export interface WatchListener {
  opened(): void
  event(event: WatchEvent): void
}

// An object of 1.5 MB in etcd, its JSON escapes and the envelope.
const maxLineBytes = 8 * 1024 * 1024

/**
 * Watches namespaces from a resource version on. Resolves when the server ends the watch as agreed, rejects
 * with an {@link ApiError} when anything else ends it.
 */
export async function watchNamespaces(
  client: ApiClient,
  clock: Clock,
  resourceVersion: string,
  { headersMs, watchSeconds, silenceMs }: WatchLimits,
  listener: WatchListener,
): Promise<void> {
  const query = new URLSearchParams({
    watch: '1',
    resourceVersion,
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(watchSeconds),
  })
  const response = await client.open(`/api/v1/namespaces?${query}`, 'PartialObjectMetadata', headersMs)
  listener.opened()
  const silence = createSilenceTimer(clock, silenceMs, () => response.destroy(new ApiError('silent')))
  try {
    const lines = readLines(notice(response, silence.restart), maxLineBytes)
    for await (const line of lines) listener.event(readWatchEvent(line))
  } catch (error) {
    throw toApiError(error, 'broken')
  } finally {
    silence.stop()
  }
}

async function* notice(chunks: AsyncIterable<Buffer>, heard: () => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    heard()
    yield chunk
  }
}

function createSilenceTimer(clock: Clock, silenceMs: number, onSilence: () => void) {
  let cancel = clock.after(silenceMs, onSilence)
  return {
    restart() {
      cancel()
      cancel = clock.after(silenceMs, onSilence)
    },
    stop: () => cancel(),
  }
}
