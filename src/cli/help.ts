/** Help, rendered from what the commands tell of themselves. */
import type { CommandEntry } from './commands.ts'
import type { OptionUsage, Usage } from './usage.ts'

const lineWidth = 100

/** Help for `gatehouse` itself. */
export function renderOverview(commands: ReadonlyMap<string, CommandEntry>): string {
  return [
    'Gatehouse keeps every tenant of a shared Kubernetes cluster inside its own hostnames.',
    '',
    'usage: gatehouse COMMAND [ARGUMENT...]',
    '',
    ...renderRows([...commands].map(([name, { summary }]) => [name, summary])),
    '',
    "'gatehouse COMMAND --help' says more of a command. In the repository write",
    "'npm run --silent gatehouse -- COMMAND'.",
    '',
  ].join('\n')
}

/** Help for one command. */
export function renderHelp(name: string, summary: string, { synopsis, operands, options, notes = [] }: Usage): string {
  const rows = [
    ...(operands === undefined ? [] : [[operands.name, operands.help]]),
    ...Object.entries({ ...options, help: helpOption }).map(([key, option]) => [
      renderOption(key, option),
      option.help,
    ]),
  ]
  const lines = synopsis.map((line, at) => `${at === 0 ? 'usage:' : '      '} gatehouse ${name} ${line}`.trimEnd())
  return [
    `${summary}.`,
    '',
    ...lines,
    '',
    ...renderRows(rows),
    ...notes.flatMap((note) => ['', ...wrap(note, lineWidth)]),
    '',
  ].join('\n')
}

const helpOption: OptionUsage = { type: 'boolean', short: 'h', help: 'print this' }

function renderOption(name: string, { short, value, multiple, choices }: OptionUsage): string {
  const shown = value ?? choices?.join('|')
  const word = [`--${name}`, ...(shown === undefined ? [] : [shown])].join(' ')
  return `${short === undefined ? '    ' : `-${short}, `}${word}${multiple === true ? ' ...' : ''}`
}

/** Rows of two columns, the second one wrapped. */
function renderRows(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left = '']) => left.length)) + 4
  return rows.flatMap(([left = '', right = '']) =>
    wrap(right, lineWidth - width).map((line, at) => (at === 0 ? `  ${left}` : '').padEnd(width) + line),
  )
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
