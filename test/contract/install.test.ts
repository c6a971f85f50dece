/** What runs before `npm start` and `npm test` installs when it must, once, and says nothing when it need not. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../scripts/install.mjs', import.meta.url))

const wanted = {
  'node_modules/here': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/here/node_modules/inner': { version: '2.0.0', integrity: 'sha512-b' },
  'node_modules/machine': {
    version: '1.0.0',
    integrity: 'sha512-c',
    os: [process.platform],
    cpu: process.arch,
    optional: true,
  },
  'node_modules/elsewhere': { version: '1.0.0', os: ['plan9'], optional: true },
  'node_modules/other-cpu': { version: '1.0.0', os: [process.platform], cpu: ['vax'], optional: true },
  'node_modules/not-here': { version: '1.0.0', os: [`!${process.platform}`], optional: true },
  'node_modules/helper-of-elsewhere': { version: '1.0.0', optional: true },
}
const installed = ['node_modules/here', 'node_modules/here/node_modules/inner', 'node_modules/machine']

/** Stands in for npm: installs what fits this machine, once no gate is in its way. */
const fakeNpm = `
const fs = require('node:fs')
fs.appendFileSync('npm.log', process.argv.slice(2, 3) + '\\n')
fs.rmSync('node_modules', { recursive: true, force: true })
console.error('npm is at work')
finish()
function finish() {
  if (fs.existsSync('gate')) return setTimeout(finish, 10)
  const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'))
  for (const path of ${JSON.stringify([...installed, 'node_modules/.bin/node'])}) {
    fs.mkdirSync(path, { recursive: true })
    fs.writeFileSync(path + '/package.json', '{}')
  }
  const found = Object.entries(packages).filter(([path]) => ${JSON.stringify(installed)}.includes(path))
  fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: Object.fromEntries(found) }))
}
`
const failingNpm = `console.error('npm error network'); process.exitCode = 1`
const emptyNpm = `require('node:fs').rmSync('node_modules', { recursive: true, force: true })`

test('a fresh clone is installed, a second start finds nothing to do and says nothing', async (t) => {
  const folder = makeFolder(t)

  const first = await install(folder)
  const second = await install(folder)

  assert.equal(first.code, 0, first.output)
  assert.match(first.output, /Installing packages/)
  assert.deepEqual(second, { code: 0, output: '' })
  assert.equal(readFileSync(join(folder, 'npm.log'), 'utf8'), 'ci\n')
  assert.ok(!existsSync(join(folder, '.install.lock')))
})

for (const [state, spoil] of [
  ['an install that was interrupted', (folder) => rmSync(join(folder, 'node_modules', '.package-lock.json'))],
  ['a package that somebody deleted', (folder) => rmSync(join(folder, 'node_modules', 'here'), { recursive: true })],
  ['a package of this machine that is absent', (folder) => dropInstalled(folder, 'node_modules/machine')],
  [
    'a lockfile with another version',
    (folder) => writeLock(folder, { ...wanted, 'node_modules/here': { version: '1.0.1' } }),
  ],
  [
    'a lockfile with a package less',
    (folder) => writeLock(folder, { 'node_modules/here': wanted['node_modules/here'] }),
  ],
] satisfies [string, (folder: string) => void][]) {
  test(`${state} is put right`, async (t) => {
    const folder = makeFolder(t)
    await install(folder)

    spoil(folder)
    const { output } = await install(folder)

    assert.match(output, /Installing packages/)
    assert.equal(readFileSync(join(folder, 'npm.log'), 'utf8'), 'ci\nci\n')
  })
}

test('several starts at once install once', async (t) => {
  const folder = makeFolder(t)
  const gate = closeGate(folder)
  const starts = [start(folder), start(folder), start(folder)]

  await Promise.any(starts.map((run) => run.says('npm is at work')))
  await Promise.all(starts.map((run) => Promise.any([run.says('npm is at work'), run.says('Waiting for another')])))
  gate.open()
  const results = await Promise.all(starts.map(({ ended }) => ended))

  assert.deepEqual(
    results.map(({ code }) => code),
    [0, 0, 0],
  )
  assert.equal(readFileSync(join(folder, 'npm.log'), 'utf8'), 'ci\n')
})

test('a lock that a dead process left behind is nobody’s', async (t) => {
  const folder = makeFolder(t)
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await new Promise((resolve) => dead.once('exit', resolve))
  writeFileSync(join(folder, '.install.lock'), String(dead.pid))

  const { code } = await install(folder)

  assert.equal(code, 0)
})

test('npm that outlives a killed start is waited for', async (t) => {
  const folder = makeFolder(t)
  const gate = closeGate(folder)
  const killed = start(folder)
  await killed.says('npm is at work')
  killed.kill()

  const second = start(folder)
  await second.says('Waiting for another')
  gate.open()

  assert.equal((await second.ended).code, 0)
  assert.equal(readFileSync(join(folder, 'npm.log'), 'utf8'), 'ci\n')
})

test('an install that fails says why and fails the start', async (t) => {
  const folder = makeFolder(t, failingNpm)

  const { code, output } = await install(folder)

  assert.equal(code, 1)
  assert.match(output, /npm error network/)
  assert.match(output, /network/)
  assert.ok(!existsSync(join(folder, '.install.lock')))
})

test('an install that leaves out what this machine needs is no success', async (t) => {
  const { code, output } = await install(makeFolder(t, emptyNpm))

  assert.equal(code, 1)
  assert.match(output, /node_modules is missing/)
})

test('a machine without npm is told so', async (t) => {
  const { code, output } = await install(makeFolder(t, null))

  assert.equal(code, 1)
  assert.match(output, /npm is not on the PATH/)
})

function makeFolder(t: TestContext, npm: string | null = fakeNpm): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-install-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeLock(folder, wanted)
  if (npm !== null) writeFileSync(join(folder, 'npm-cli.cjs'), npm)
  return folder
}

function writeLock(folder: string, packages: object): void {
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }))
}

function dropInstalled(folder: string, path: string): void {
  const { [path]: _, ...packages } = Object.fromEntries(
    Object.entries(wanted).filter(([key]) => installed.includes(key)),
  )
  writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
}

async function install(folder: string) {
  return start(folder).ended
}

/** Runs the script as npm would; on a machine without npm where the folder has none. */
function start(folder: string) {
  const npm = join(folder, 'npm-cli.cjs')
  const caller = existsSync(npm) ? { npm_execpath: npm, npm_node_execpath: process.execPath } : {}
  const env = { PATH: folder, HOME: folder, ...caller }
  const child = spawn(process.execPath, [script, folder], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return {
    ended: new Promise<{ code: number | null; output: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, output }))
    }),
    says: (words: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => output.includes(words) && resolve()
        child.stderr.on('data', look)
        child.once('close', () => reject(new Error(`it never said '${words}'`)))
        look()
      }),
    kill: () => child.kill('SIGKILL'),
  }
}

/** Keeps npm at work until the gate opens. */
function closeGate(folder: string) {
  const gate = join(folder, 'gate')
  writeFileSync(gate, '')
  return { open: () => rmSync(gate) }
}
