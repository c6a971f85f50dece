/** The Kubernetes client is large: only what talks to an API server loads it (docs/adr/0006). */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { commands } from '../../src/cli/commands.ts'

const client = '@kubernetes/client-node'
const root = fileURLToPath(new URL('../..', import.meta.url))
const main = new URL('../../src/main.ts', import.meta.url)

/** Every module and package that comes with a file, types apart: imports that wait for a call are not followed. */
function listImports(file: URL, seen: Set<string> = new Set()): ReadonlySet<string> {
  if (seen.has(file.href)) return seen
  seen.add(file.href)
  const code = readFileSync(file, 'utf8')
  for (const [, names = '', from = ''] of code.matchAll(/^import (?!type )(?:([^'"]*?) from )?'([^']+)'/gm)) {
    const isTypesOnly =
      names.startsWith('{') &&
      names
        .replaceAll(/[{}\s]/g, '')
        .split(',')
        .filter(Boolean)
        .every(isType)
    if (isTypesOnly && names !== '') continue
    if (from.startsWith('.')) listImports(new URL(from, file), seen)
    else seen.add(from)
  }
  return seen
}

/** `type Name` with its blank taken out begins with a lower-case `type` and a capital. */
function isType(name: string): boolean {
  return /^type[A-Z]/.test(name)
}

test('no command loads it with its module', () => {
  const entries = [main, ...Array.from(commands.keys(), (name) => new URL(`../../src/cli/${name}.ts`, import.meta.url))]

  for (const entry of entries) assert.ok(!listImports(entry).has(client), entry.href)
})

test('one file alone imports it, types included', () => {
  const importers = globSync('src/**/*.ts', { cwd: root }).filter((file) =>
    readFileSync(join(root, file), 'utf8').includes(`'${client}`),
  )

  assert.deepEqual(importers, [join('src', 'cluster', 'kube-client.ts')])
})

test('an import that is written out is found', () => {
  const found = listImports(new URL('../../src/cli/serve.ts', import.meta.url))

  assert.ok(found.has(new URL('../../src/cluster/namespaces.ts', import.meta.url).href))
  assert.ok(found.has('fastify'))
})
