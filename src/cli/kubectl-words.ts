/** What kubectl prints for an answer (reference/control-plane.md 6). */
import type { Terminal, Tone } from './terminal.ts'
import type { WebhookAnswer } from './webhook-client.ts'

/** The object that a command is about. */
export interface Subject {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
}

/** The lines that follow `$ kubectl COMMAND`, for a write that `webhook` was asked about. */
export function renderKubectl(
  command: string,
  subject: Subject,
  webhook: string,
  { allowed, reason, message, warnings }: Pick<WebhookAnswer, 'allowed' | 'reason' | 'message' | 'warnings'>,
  paint: Terminal['paint'],
): string {
  const lines: [Tone, string][] = warnings.map((warning) => ['careful', `Warning: ${warning}`])
  if (allowed) lines.push(['good', renderDone(verbOf(command), subject)])
  else {
    const prefix = reason === 'Invalid' ? 'The request is invalid' : `Error from server (${reason})`
    const denial = `admission webhook "${webhook}" denied the request: ${message}`
    lines.push(['bad', `${prefix}: ${renderAttempt(command)}${denial}`])
  }
  return lines.map(([tone, line]) => `${paint(tone, line)}\n`).join('')
}

function verbOf(command: string): string {
  return command.split(' ', 1)[0] ?? ''
}

function renderDone(verb: string, { apiVersion, kind, name }: Subject): string {
  const slash = apiVersion.indexOf('/')
  const resource = `${kind.toLowerCase()}${slash < 0 ? '' : `.${apiVersion.slice(0, slash)}`}`
  if (verb === 'delete') return `${resource} "${name}" deleted`
  return `${resource}/${name} ${verb === 'apply' ? 'created' : verb === 'replace' ? 'replaced' : 'labeled'}`
}

/** Commands that read a file name it; others say nothing. */
function renderAttempt(command: string): string {
  const [verb, flag, file] = command.split(' ')
  if (flag !== '-f' || file === undefined) return ''
  return `error when ${verb === 'replace' ? 'replacing' : 'creating'} "${file}": `
}
