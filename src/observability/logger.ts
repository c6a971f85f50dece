import { type DestinationStream, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino'
import type { Config } from '../config/config.ts'
import { escapeNonAscii } from './escape-non-ascii.ts'
import { formatLine } from './text-line.ts'

const options = {
  // Neither pid nor host: whoever collects the lines knows the pod.
  base: null,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
} satisfies LoggerOptions

/** Creates the log of one process: a constant message a line, values as fields, as one JSON object or as text. */
export function createLogger({ level, format }: Config['log'], out: DestinationStream = pino.destination(1)): Logger {
  const render = format === 'text' ? formatLine : escapeNonAscii
  return pino({ ...options, level }, { write: (line) => out.write(render(line)) })
}
