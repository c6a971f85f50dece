/** `npm run new-guard` makes a guard that works, in a copy of the house. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const house = mkdtempSync(join(tmpdir(), 'gatehouse-new-guard-'))
after(() => rmSync(house, { recursive: true }))

for (const piece of [
  '.oxfmtrc.json',
  'charts',
  'docs',
  'oxlint.config.ts',
  'package.json',
  'scripts',
  'src',
  'test',
  'tsconfig.json',
]) {
  cpSync(join(root, piece), join(house, piece), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))

const touched = ['src/config/config.ts', 'src/guards/index.ts', 'src/guards/listener-port', 'src/guards/resources.ts']
const bin = (name: string) => join(root, 'node_modules', name, 'bin', name)

test('a new guard is named throughout, listed, typed, formatted, linted, and its cases pass', () => {
  run('scripts/new-guard.ts', 'listener-port')
  run('scripts/generate.ts')

  run(bin('tsc').replace('/tsc/', '/typescript/'), '--project', '.')
  run(bin('oxfmt'), '--check', ...touched)
  run(bin('oxlint'), ...touched)
  const { stdout } = run('--test', 'src/guards/listener-port/guard.test.ts', 'test/contract/guards.test.ts')
  assert.match(stdout, /listener-port-4/)
})

test('what is there already or badly named is refused with a word on usage', () => {
  for (const [id, fault] of [
    ['tenant-host', /there already/],
    ['Listener_Port', /lower-case/],
    ['../outside', /lower-case/],
  ] as const) {
    const { status, stderr } = node('scripts/new-guard.ts', id)

    assert.equal(status, 2)
    assert.match(stderr, fault)
    assert.match(stderr, /Usage/)
  }
})

function run(...args: readonly string[]) {
  const result = node(...args)
  assert.equal(result.status, 0, `${args.join(' ')}\n${result.stdout}${result.stderr}`)
  return result
}

function node(...args: readonly string[]) {
  // Without the runner's own variable, or the tests in there would report to this run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return spawnSync(process.execPath, args, { cwd: house, env, encoding: 'utf8' })
}
