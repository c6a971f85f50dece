/** `npm run new-guard -- listener-port`: a guard that works, for a kind that does not exist, to be made one's own. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { nameExport } from './rule-folders.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { positionals } = parseArgs({ allowPositionals: true })
const [id = ''] = positionals
const folder = join(root, 'src', 'guards', id)

const fault = findFault()
if (fault === undefined) {
  copyTemplate()
  edit('src/guards/resources.ts', (text) => addRow(addLine(text, 'export const guardIds = [', `  '${id}',`)))
  edit('src/config/config.ts', (text) =>
    addLine(text, 'const Guards = z.strictObject({', `  '${id}': guard.describe('What ${id} judges'),`),
  )
  console.log(`src/guards/${id} is ready, with a row in src/guards/resources.ts and a mode in src/config/config.ts.
Next: the row, the README, the cases, then check; CONTRIBUTING.md has the steps.
Then: npm run generate && npm run manifests && npm run check`)
} else {
  console.error(`${fault}\nUsage: npm run new-guard -- ID`)
  process.exitCode = 2
}

function findFault(): string | undefined {
  if (positionals.length !== 1) return 'Name exactly one guard'
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id))
    return `'${id}' must be words of lower-case letters and digits, joined by '-'`
  return existsSync(folder) ? `src/guards/${id} is there already` : undefined
}

function copyTemplate(): void {
  const template = join(root, 'src', 'guards', '_template')
  mkdirSync(folder)
  for (const name of readdirSync(template)) {
    const text = readFileSync(join(template, name), 'utf8')
    const named = text.replaceAll('template-guard', id).replaceAll('templateGuard', nameExport(id))
    writeFileSync(join(folder, name.replace(/\.tpl$/, '')), named)
  }
}

function edit(path: string, change: (text: string) => string): void {
  const file = join(root, path)
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** A line more in a sorted list that begins with the line `head`. */
function addLine(text: string, head: string, line: string): string {
  const lines = text.split('\n')
  const start = lines.indexOf(head) + 1
  if (start === 0) throw new Error(`there is no line '${head}' to add ${id} after`)
  const end = lines.findIndex((other, at) => at >= start && !other.startsWith('  '))
  const items = [...lines.slice(start, end), line].toSorted()
  return [...lines.slice(0, start), ...items, ...lines.slice(end)].join('\n')
}

function addRow(text: string): string {
  const end = text.indexOf('\n]\n', text.indexOf('export const resources'))
  if (end === -1) throw new Error('the table of resources has no end')
  return `${text.slice(0, end)}
  {
    guard: '${id}',
    group: 'example.org',
    kind: 'Example',
    resource: 'examples',
    scope: 'Namespaced',
    versions: ['v1'],
    subresources: { status: 'unjudged' },
    operations: writes,
    paths: ['spec.example'],
  },${text.slice(end)}`
}
