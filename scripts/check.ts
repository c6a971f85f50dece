/**
 * Everything that must hold before a change lands: `npm test`, `npm run check` and CI. Runs the scripts of
 * package.json one after the other, shows only what fails, and ends with the summary of the tests.
 */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const env = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
}

const failed = ['format:check', 'lint', 'typecheck', 'unused', 'generate:check'].filter((name) => !passes(name))
// Before the tests, so that one sees what takes minutes the first time. Without Go they say what they skip; in CI none may.
const prepared = run('control-plane', 'inherit', ['--prepare'])
if (prepared.status !== 0 && process.env['CI'] === 'true') failed.push('control-plane --prepare')
const tests = run('test:only', 'inherit')
// The summary of the tests is the last word, unless something failed before it.
if (failed.length > 0) console.error(`\nFailed before the tests: ${failed.join(', ')} (see above)`)
process.exitCode = failed.length === 0 && tests.status === 0 ? 0 : 1

function passes(name: string): boolean {
  const startedAt = performance.now()
  const { status, stdout, stderr } = run(name, 'pipe')
  const passed = status === 0
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${passed ? '✔' : '✖'} ${name} (${seconds} s)`)
  if (!passed) console.log(`${stdout}${stderr}`)
  return passed
}

/** The script as npm would run it, without npm's own start-up. */
function run(name: string, stdio: 'pipe' | 'inherit', options: readonly string[] = []): SpawnSyncReturns<string> {
  const command = scripts[name]
  if (command === undefined) throw new Error(`package.json has no script ${name}`)
  return spawnSync([command, ...options].join(' '), {
    cwd: root,
    env,
    shell: true,
    stdio: ['ignore', stdio, stdio],
    encoding: 'utf8',
  })
}
