/** docs/troubleshooting.md lists every message of the log, each with its level. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const calls = /\b(?:log|warnings)\.(?<level>debug|info|warn|error|fatal)\((?=(?<rest>[^]{0,400}))/g
/** The last argument of a call. */
const message = /'(?<text>[A-Z][^']*)',?\s*\)/
/** Writes what it is given. */
const passesOn = join('src', 'cluster', 'log.ts')

test('the page of troubleshooting knows every message of the log, at its level, and no other', () => {
  const written = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
    .filter((file) => file !== passesOn)
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(calls)].map(({ groups }) => {
        const text = message.exec(groups?.['rest'] ?? '')?.groups?.['text'] ?? `a message in ${file} that is not found`
        return `${groups?.['level']}: ${text}`
      }),
    )

  assert.ok(written.length > 0)
  assert.deepEqual(new Set(listDocumented().toSorted()), new Set(written.toSorted()))
})

/** Rows of several messages have a level for each, or one for all. */
function listDocumented(): readonly string[] {
  const page = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8')
  const list = page.slice(page.indexOf('## Messages of the log'))
  return list.split('\n').flatMap((line) => {
    const [, names = '', all = ''] = line.split('|')
    const levels = all.trim().split(', ')
    return [...names.matchAll(/`([^`]+)`/g)].map(([, name], at) => `${levels[at] ?? levels[0]}: ${name}`)
  })
}
