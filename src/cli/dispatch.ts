import { ConfigError } from '../config/config-error.ts'
import { showValue } from '../config/show-value.ts'
import { suggest } from '../config/suggest.ts'
import { commands, type CommandEntry } from './commands.ts'
import { renderHelp, renderOverview } from './help.ts'
import type { Terminal } from './terminal.ts'
import { InputError, UsageError } from './usage.ts'

/** Bad usage, or input that cannot be used (DESIGN section 3). */
const badInput = 2

const overviewWords: readonly (string | undefined)[] = [undefined, 'help', '--help', '-h']

/** Runs the command line and resolves to the exit code; whatever goes wrong is told on standard error. */
export async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [word, ...rest] = argv
  if (word === 'help' && rest[0] !== undefined) return dispatch([rest[0], '--help'], terminal)
  if (overviewWords.includes(word)) {
    await terminal.print(renderOverview(commands))
    return 0
  }
  const name = word === '--version' ? 'version' : (word ?? '')
  const entry = commands.get(name)
  if (entry === undefined) return complain(terminal, undefined, [explainUnknown(name)])
  try {
    return await call(name, entry, rest, terminal)
  } catch (error) {
    if (error instanceof UsageError) return complain(terminal, name, error.faults)
    if (error instanceof InputError || error instanceof ConfigError) terminal.complain(error.message)
    else terminal.complain(`gatehouse ${name} failed, which is a fault in Gatehouse:\n${describeBug(error)}`)
    return badInput
  }
}

async function call(name: string, entry: CommandEntry, argv: readonly string[], terminal: Terminal): Promise<number> {
  const command = await entry.load()
  if (!asksForHelp(argv)) return command.run(argv, terminal)
  await terminal.print(renderHelp(name, entry.summary, command.usage))
  return 0
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === '--help' || word === '-h')
}

function explainUnknown(name: string): string {
  const meant = suggest(name, [...commands.keys()])
  return `${showValue(name)} is no command${meant === undefined ? '' : `; did you mean '${meant}'?`}`
}

function complain(terminal: Terminal, name: string | undefined, faults: readonly string[]): number {
  const command = name === undefined ? 'gatehouse' : `gatehouse ${name}`
  const [first = ''] = faults
  if (faults.length === 1) terminal.complain(`${command}: ${first}`)
  else terminal.complain([`${command}: ${faults.length} faults:`, ...faults.map((fault) => `- ${fault}`)].join('\n'))
  terminal.complain(`Run '${command} --help' to see how it is called.`)
  return badInput
}

function describeBug(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
