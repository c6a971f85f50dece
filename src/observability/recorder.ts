/** Counts and logs what was decided. */
import type { Logger } from 'pino'
import type { DenialRecord, Recorder } from '../admission/ports.ts'
import type { TrafficRecorder } from '../server/ports.ts'
import type { AdmissionMetrics } from './admission-metrics.ts'
import { createSampler } from './sampler.ts'

/** Above that a log is a flood: the metrics count every one (DESIGN section 5). */
const linesPerSecond = 100
/** Kubernetes names end at 253 characters; what a caller sends need not. */
const maxTextLength = 256
/** The frames that lead to the fault; those below are Node's. */
const maxFrames = 10

/** Joins metrics and log to what admission and the webhook port report to. */
export function createRecorder(metrics: AdmissionMetrics, log: Logger): Recorder & TrafficRecorder {
  const denials = createSampler(linesPerSecond, (leftOut) =>
    log.warn({ leftOut }, 'Left denied requests out of the log'),
  )
  const faults = createSampler(linesPerSecond, (leftOut) => log.error({ leftOut }, 'Left faults out of the log'))
  return {
    review: metrics.review,
    violation: metrics.violation,
    turnedAway: metrics.turnedAway,
    watchInFlight: metrics.watchInFlight,
    denied(record) {
      if (denials.admit()) log.info(describeDenial(record), 'Denied request')
    },
    fault(where, uid, error) {
      if (faults.admit()) log.error({ where, uid: cut(uid), ...describeError(error) }, 'Failed to judge request')
    },
  }
}

/** Field by field, so that nothing else of a request can slip into the log. */
function describeDenial(record: DenialRecord): object {
  return {
    uid: cut(record.uid),
    operation: cut(record.operation),
    kind: cut(record.kind),
    namespace: cut(record.namespace),
    name: cut(record.name),
    user: cut(record.user),
    code: record.code,
    origins: record.origins,
    fields: record.fields.map(cut),
    dryRun: record.dryRun,
    milliseconds: Math.round(record.milliseconds * 1000) / 1000,
  }
}

/** Where it happened, without the message: those of parsers quote what they parsed. */
function describeError(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] }
  const { name, message, stack = '' } = error
  // The stack repeats the message, line ends included.
  const frames = stack.startsWith(`${name}: ${message}`) ? stack.slice(name.length + 2 + message.length) : ''
  return { error: name, at: frames.split('\n').flatMap(frameOf).slice(0, maxFrames) }
}

function frameOf(line: string): string[] {
  const frame = line.trim()
  return frame.startsWith('at ') ? [frame.slice('at '.length)] : []
}

function cut(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
}
