/** What docs/troubleshooting.md lists: messages of the log, each with its level, and kinds of gaps. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { gapKinds } from '../../src/coverage/gap.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8')
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

test('it knows every kind of gap', () => {
  const listed = rowsOf('A coverage gap').flatMap(({ names }) => names)

  assert.deepEqual(new Set(listed), new Set(['kind', ...gapKinds]))
})

/** Rows of several messages have a level for each, or one for all. */
function listDocumented(): readonly string[] {
  return rowsOf('Messages of the log').flatMap(({ names, next }) => {
    const levels = next.split(', ')
    return names.map((name, at) => `${levels[at] ?? levels[0]}: ${name}`)
  })
}

interface Row {
  /** What is set as code in the first column. */
  readonly names: readonly string[]
  /** The second column. */
  readonly next: string
}

function rowsOf(section: string): readonly Row[] {
  const [, text = ''] = page.split(`\n## ${section}\n`)
  const [own = ''] = text.split('\n## ')
  return own.split('\n').map((line) => {
    const [, first = '', second = ''] = line.split('|')
    return { names: Array.from(first.matchAll(/`([^`]+)`/g), ([, name = '']) => name), next: second.trim() }
  })
}
