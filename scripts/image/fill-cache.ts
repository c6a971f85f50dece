/**
 * Fills the compile cache while the image is built: runs in the image's base, as the image's user, what the image
 * runs. Node compiles and keeps a module at the end of the first process that loads it, with the functions which that
 * process called, so the commands that do most come first.
 */
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

import { commands } from '../../src/cli/commands.ts'
import { issueCertificate } from '../../src/tls/issue.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, 'node_modules', '.cache')
/** Not the shared temporary folder: a base may come without one. */
const scratch = join(cache, 'scratch')
const gatehouse = ['--max-semi-space-size=4', join(root, 'src', 'main.ts')]
/** For what is run and not for this process, which would add files of its own when all is done. */
const env = { ...process.env, NODE_COMPILE_CACHE: join(cache, 'compile'), TMPDIR: scratch }

mkdirSync(scratch, { recursive: true })
expectSuccess('demo', runGatehouse('demo', '--once'))
await serveOnce()
expectSuccess('check', runGatehouse('check', '--config', join(scratch, 'gatehouse.yaml'), join(scratch, 'route.yaml')))
for (const name of commands.keys()) expectSuccess(`${name} --help`, runGatehouse(name, '--help'))
expectSuccess('version', runGatehouse('version'))
rmSync(scratch, { recursive: true })
console.log(`Kept ${openToReaders(cache)} compiled modules`)

/** Starts the server as a cluster would, and ends it. */
async function serveOnce(): Promise<void> {
  const now = new Date()
  const { cert, key } = await issueCertificate({ commonName: 'localhost', dnsNames: ['localhost'], days: 1, now })
  writeFileSync(join(scratch, 'tls.crt'), cert)
  writeFileSync(join(scratch, 'tls.key'), key)
  writeFileSync(join(scratch, 'namespaces.yaml'), 'apiVersion: v1\nkind: List\nitems: []\n')
  writeFileSync(join(scratch, 'route.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n')
  writeFileSync(
    join(scratch, 'gatehouse.yaml'),
    `settings: {rootHost: example.com}
facts: {source: file, path: namespaces.yaml}
server: {address: 127.0.0.1, port: 0, healthAddress: 127.0.0.1, healthPort: 0}
tls: {certificate: {certFile: tls.crt, keyFile: tls.key}}
`,
  )
  const args = [...gatehouse, 'serve', '--config', join(scratch, 'gatehouse.yaml')]
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const complaints = text(child.stderr)
  const code = new Promise<number | null>((resolve) => child.once('close', resolve))
  let output = ''
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString()
    // Once: a second signal would end it without its last words.
    if (!child.killed && output.includes('Started serving')) child.kill('SIGTERM')
  })
  expectSuccess('serve', { status: await code, stdout: output, stderr: await complaints })
}

function runGatehouse(...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [...gatehouse, ...args], { env, encoding: 'utf8' })
}

function expectSuccess(
  command: string,
  { status, stdout, stderr }: { readonly status: number | null; readonly stdout: string; readonly stderr: string },
): void {
  if (status !== 0) throw new Error(`gatehouse ${command} ended with ${status}:\n${stdout}${stderr}`)
}

/** Node keeps its cache to one user. The image hands it to another, who may read it and no more. Counts the files. */
function openToReaders(folder: string): number {
  chmodSync(folder, 0o755)
  return readdirSync(folder, { withFileTypes: true }).reduce((count, entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return count + openToReaders(path)
    chmodSync(path, 0o644)
    return count + 1
  }, 0)
}
