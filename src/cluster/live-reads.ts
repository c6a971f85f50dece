/** Single reads of namespaces, for what the watch has not brought yet. DESIGN section 2, "Facts". */
import { isLabel } from '../hostnames/name.ts'
import { toApiError } from './api-error.ts'
import type { Clock } from './clock.ts'

/** How a live read ended: `limited` was never sent. */
export type ReadResult = 'found' | 'missing' | 'error' | 'timeout' | 'limited'

/** Counts live reads. */
export interface NamespaceReadRecorder {
  read(result: ReadResult): void
}

export interface ReadLimits {
  readonly concurrent: number
  readonly queued: number
  /** How long a namespace is left alone after a read that found no apex. */
  readonly restMs: number
}

export interface LiveReads {
  /** See `NamespaceGetter.refresh`. */
  refresh(name: string, deadline: number): Promise<void> | undefined
  /** There is news of this namespace: what was found before counts no longer. */
  forget(name: string): void
  stop(): void
}

/** What one read brought: whether the namespace is there, and whether reading it again soon is pointless. */
export interface ReadAnswer {
  readonly found: boolean
  readonly conclusive: boolean
}

/** A namespace being read or waiting for it, and how many reviews wait with it. */
interface Reading {
  readonly name: string
  waiting: number
  /** Nobody waits any more; counted as timed out, whatever comes of it. */
  abandoned: boolean
  readonly done: Promise<void>
  finish(): void
}

/**
 * Creates the reads. A namespace has one read at a time, shared by all who ask, and after a fruitless one no
 * other for `restMs` unless the watch has news of it: so a tenant without an apex takes one place of
 * `concurrent`, however many objects it writes.
 */
export function createLiveReads(
  read: (name: string) => Promise<ReadAnswer>,
  { concurrent, queued, restMs }: ReadLimits,
  clock: Clock,
  recorder: NamespaceReadRecorder,
): LiveReads {
  const readings = new Map<string, Reading>()
  const queue = new Set<Reading>()
  // Until when a namespace is left alone. All rest alike, so the first to be entered are the first to go.
  const resting = new Map<string, number>()
  let running = 0
  let pausedUntil = 0
  let stopped = false

  return {
    refresh(name, deadline) {
      // The API server knows no namespace of another form, and the name goes into a path.
      if (stopped || !isLabel(name) || deadline <= clock.now() || isResting(name)) return undefined
      const reading = readings.get(name) ?? begin(name)
      return reading === undefined ? undefined : wait(reading, deadline)
    },
    forget: (name) => resting.delete(name),
    stop() {
      stopped = true
      queue.clear()
      for (const reading of readings.values()) reading.finish()
    },
  }

  function begin(name: string): Reading | undefined {
    const full = running >= concurrent && queue.size >= queued
    if (full || pausedUntil > clock.now()) {
      recorder.read('limited')
      return undefined
    }
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    const reading: Reading = { name, waiting: 0, abandoned: false, done, finish }
    readings.set(name, reading)
    queue.add(reading)
    startNext()
    return reading
  }

  function wait(reading: Reading, deadline: number): Promise<void> {
    reading.waiting++
    return new Promise((resolve) => {
      const cancel = clock.after(deadline - clock.now(), () => {
        reading.waiting--
        if (reading.waiting === 0) abandon(reading)
        resolve()
      })
      void reading.done.then(() => {
        cancel()
        resolve()
      })
    })
  }

  /** A read on its way goes on, for the caller's next attempt; one in the queue has no reason to. */
  function abandon(reading: Reading): void {
    if (reading.abandoned) return
    reading.abandoned = true
    recorder.read('timeout')
    if (queue.delete(reading)) readings.delete(reading.name)
  }

  function startNext(): void {
    for (const reading of queue) {
      if (running >= concurrent) return
      queue.delete(reading)
      void run(reading)
    }
  }

  async function run(reading: Reading): Promise<void> {
    running++
    const result = await attempt(reading.name)
    running--
    readings.delete(reading.name)
    if (stopped) return
    if (!reading.abandoned) recorder.read(result)
    reading.finish()
    startNext()
  }

  async function attempt(name: string): Promise<ReadResult> {
    try {
      const { found, conclusive } = await read(name)
      if (conclusive) rest(name)
      return found ? 'found' : 'missing'
    } catch (error) {
      const { fault, details } = toApiError(error, 'broken')
      if (details.retryAfterMs !== undefined) pausedUntil = clock.now() + details.retryAfterMs
      rest(name)
      return fault === 'timeout' ? 'timeout' : 'error'
    }
  }

  function rest(name: string): void {
    const now = clock.now()
    for (const [rested, until] of resting) {
      if (until > now) break
      resting.delete(rested)
    }
    resting.delete(name)
    resting.set(name, now + restMs)
  }

  function isResting(name: string): boolean {
    return (resting.get(name) ?? 0) > clock.now()
  }
}
