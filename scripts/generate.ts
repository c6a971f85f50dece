/**
 * `npm run generate` writes what is derived from the code; `--check` writes nothing and names what is stale.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { format, type FormatConfig } from 'oxfmt'

import { renderGuardsPage } from './generated/guards-page.ts'
import { renderRuleList } from './generated/rule-list.ts'
import { guardKind, mutatorKind } from './rule-folders.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  'src/guards/index.ts': () => renderRuleList(root, guardKind),
  'src/mutators/index.ts': () => renderRuleList(root, mutatorKind),
  'docs/guards.md': () => renderGuardsPage(root),
}

const stale: string[] = []
for (const [path, render] of Object.entries(generated)) {
  const content = await formatCode(path, await render())
  const file = join(root, path)
  if (existsSync(file) && readFileSync(file, 'utf8') === content) continue
  stale.push(path)
  if (values.check) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

if (values.check && stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}; run 'npm run generate' and commit the result`)
  process.exitCode = 1
} else {
  for (const path of stale) console.log(`Wrote ${path}`)
}

async function formatCode(path: string, content: string): Promise<string> {
  if (!path.endsWith('.ts')) return content
  const options: FormatConfig = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8'))
  const { code, errors } = await format(path, content, options)
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join('; ')}`)
  return code
}
