/** Events (events.k8s.io/v1) of one namespace: create, and patch where one repeats. */
import { randomBytes } from 'node:crypto'
import type { EventNote, EventPublisher } from '../reconcile/ports.ts'
import type { Clock } from './clock.ts'
import type { KubeClient } from './kube-client.ts'
import type { Log } from './log.ts'

export interface EventsOptions {
  readonly client: KubeClient
  /** Where Events go. Those on objects of no namespace would belong to `default`, where we may write nothing. */
  readonly namespace: string
  /** `reportingInstance`: the pod. */
  readonly instance: string
  readonly clock: Clock
  readonly log: Log
}

interface Series {
  readonly name: string
  count: number
}

/** events.k8s.io/v1: a note has at most 1 KiB. */
const maxNoteLength = 1_000
/** Kinds of Events there are at a time; far more means notes with a changing part. */
const maxSeries = 200

export function createEventPublisher({ client, namespace, instance, clock, log }: EventsOptions): EventPublisher {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace}/events`
  const series = new Map<string, Series>()
  return {
    async publish(note) {
      try {
        await repeatOrCreate(note)
      } catch (error) {
        log.warn(
          { reason: note.reason, error: error instanceof Error ? error.message : '' },
          'Failed to write an Event',
        )
      }
    },
  }

  async function repeatOrCreate(note: EventNote): Promise<void> {
    const key = JSON.stringify([note.reason, note.note, note.regarding])
    const before = series.get(key)
    if (before !== undefined) {
      before.count++
      const body = { series: { count: before.count, lastObservedTime: microTime(clock.date()) } }
      try {
        await client.send({ method: 'PATCH', path: `${path}/${before.name}`, patch: 'merge-patch', body })
        return
      } catch {
        // An Event lives for an hour: the next one starts anew.
        series.delete(key)
      }
    }
    const name = `gatehouse.${randomBytes(8).toString('hex')}`
    await client.send({ method: 'POST', path, body: describe(name, note) })
    if (series.size >= maxSeries) series.clear()
    series.set(key, { name, count: 1 })
  }

  function describe(name: string, { type, reason, action, note, regarding }: EventNote) {
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace },
      eventTime: microTime(clock.date()),
      reportingController: 'gatehouse.dev/controller',
      reportingInstance: instance.slice(0, 128),
      type,
      reason,
      action,
      note: note.slice(0, maxNoteLength),
      regarding: { ...regarding, namespace },
    }
  }
}

function microTime(date: number): string {
  return new Date(date).toISOString().replace('Z', '000Z')
}
