/**
 * Runs the image as a cluster runs it, locked down: nobody's user, no capability, nothing writable, and sees that
 * version, check and serve work, that the compile cache is used, and what it saves.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

import { parse } from 'yaml'
import { z } from 'zod'

import { reviewOfObject } from '../../src/cli/review-of-object.ts'
import { createWebhookClient } from '../../src/cli/webhook-client.ts'
import { issueCertificate } from '../../src/tls/issue.ts'
import { root } from './build-image.ts'
import { findRunner, StepError, runQuietly, type Runner } from './container-tool.ts'

const name = `gatehouse-try-${process.pid}`
const mountPoint = '/etc/gatehouse'
const Started = z.object({ msg: z.literal('Started serving'), webhook: z.object({ port: z.int() }) })
const Health = z.object({ health: z.object({ port: z.int() }) })

/** Throws, with what was seen, at the first thing that is not as it must be. */
export async function tryImage(tag: string, version: string): Promise<void> {
  const runner = findRunner()
  if (runner === undefined) throw new StepError('--try takes podman or docker, and neither works here')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-try-'))
  try {
    const ca = await fillFolder(folder)
    tryCommands(runner, tag, version, folder)
    tryLock(runner, tag, folder)
    tryCache(runner, tag, folder)
    await tryServer(runner, tag, folder, ca)
    tell('start-up', run(runner, tag, folder, ['/etc/gatehouse/time-start.ts'], { entrypoint: 'node' }).stdout.trim())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Configuration, certificates, facts and manifests, readable to the user of the image. Returns the CA. */
async function fillFolder(folder: string): Promise<string> {
  const now = new Date()
  const ca = await issueCertificate({ commonName: 'Gatehouse trial CA', ca: true, days: 1, now })
  const leaf = { commonName: 'localhost', ipAddresses: ['127.0.0.1'], issuer: ca, days: 1, now }
  const { cert, key } = await issueCertificate(leaf)
  writeFileSync(join(folder, 'tls.crt'), cert)
  writeFileSync(join(folder, 'tls.key'), key)
  writeFileSync(
    join(folder, 'gatehouse.yaml'),
    `settings: {rootHost: example.com}
facts: {source: file, path: namespaces.yaml}
server: {address: 127.0.0.1, port: 0, healthAddress: 127.0.0.1, healthPort: 0}
tls: {certificate: {certFile: tls.crt, keyFile: tls.key}}
`,
  )
  cpSync(join(root, 'examples', 'namespaces.yaml'), join(folder, 'namespaces.yaml'))
  cpSync(join(root, 'examples', 'manifests'), join(folder, 'manifests'), { recursive: true })
  cpSync(join(root, 'scripts', 'image', 'time-start.ts'), join(folder, 'time-start.ts'))
  chmodSync(folder, 0o755)
  return ca.cert
}

function tryCommands(runner: Runner, tag: string, version: string, folder: string): void {
  const shown = run(runner, tag, folder, ['version']).stdout
  assert.ok(shown.startsWith(`gatehouse ${version} (Node `), shown)
  tell('version', shown.trim())
  const files = ['--config', `${mountPoint}/gatehouse.yaml`, '--namespaces', `${mountPoint}/namespaces.yaml`]
  for (const [file, expected] of Object.entries({ 'shop.yaml': 0, 'takeover.yaml': 1 })) {
    const { status, stdout, stderr } = run(runner, tag, folder, ['check', `${mountPoint}/manifests/${file}`, ...files])
    assert.equal(status, expected, `${stdout}${stderr}`)
    tell(`check ${file}`, `exit code ${status}, ${stdout.trim().split('\n')[0]}`)
  }
}

/** Neither as itself nor on a writable disk may it change what it runs. */
function tryLock(runner: Runner, tag: string, folder: string): void {
  const script = `
    for (const path of ['/app/src/main.ts', '/app/node_modules/.cache/compile/x', '/app/x', '/x'])
      try { fs.appendFileSync(path, ''); console.log('wrote ' + path) } catch (error) { console.log(error.code) }
    console.log(process.getuid() + ':' + process.getgid())`
  const options = { entrypoint: 'node' } as const
  const readOnly = run(runner, tag, folder, ['-e', script], options).stdout.trim().split('\n')
  const writable = run(runner, tag, folder, ['-e', script], { ...options, writable: true })
    .stdout.trim()
    .split('\n')
  assert.match(readOnly.join(' '), /^(?:(?:EROFS|EACCES) ){4}65532:65532$/)
  assert.match(writable.join(' '), /^(?:EACCES ){4}65532:65532$/)
  tell('writes', `refused as ${writable.at(-1)} on a read-only and on a writable disk`)
}

/** Every module that the cache could have must come out of it, or the image pays for a cache that it does not use. */
function tryCache(runner: Runner, tag: string, folder: string): void {
  const env = { NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }
  const args = ['check', `${mountPoint}/manifests/shop.yaml`, '--config', `${mountPoint}/gatehouse.yaml`]
  const { stdout, stderr } = run(runner, tag, folder, args, { env })
  const lines = `${stdout}\n${stderr}`.split('\n')
  const accepted = lines.filter((line) => line.includes('V8 code cache') && line.includes('was accepted')).length
  const missed = lines.filter((line) => line.includes('[compile cache] reading cache') && !line.includes('success'))
  assert.ok(accepted > 0 && !lines.some((line) => line.includes('was rejected')), lines.slice(0, 5).join('\n'))
  assert.deepEqual(missed, [])
  tell('compile cache', `${accepted} modules from it, none beside it`)
}

/** One server: a review it must allow, one it must refuse, readiness, and the end by signal. */
async function tryServer(runner: Runner, tag: string, folder: string, ca: string): Promise<void> {
  const args = ['serve', '--config', `${mountPoint}/gatehouse.yaml`]
  const child = spawn(runner, runArguments(runner, tag, folder, args, { network: 'host' }), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  try {
    const { webhook, health } = await started(child)
    const client = createWebhookClient(webhook.port, ca)
    for (const file of ['shop.yaml', 'takeover.yaml']) {
      const answer = await client.send('/validate/route-hostname?timeout=5s', reviewOf(file))
      assert.equal(answer.allowed, file === 'shop.yaml', answer.message)
      tell(`serve, ${file}`, answer.allowed ? 'allowed' : `${answer.code} ${answer.message}`)
    }
    const ready = await fetch(`http://127.0.0.1:${health.port}/readyz`)
    assert.equal(ready.status, 200)
    client.close()
    const { memory } = processOf(runner)
    // By the signal that the image names.
    runQuietly(runner, ['stop', '--time', '40', name])
    const code = await ended
    assert.equal(code, 0)
    tell('serve', `ready, ${memory} resident, exit code ${code} after the signal to stop`)
  } finally {
    if (child.exitCode === null) spawnSync(runner, ['rm', '--force', name], { stdio: 'ignore' })
  }
}

function started(child: ChildProcessByStdio<null, Readable, null>) {
  return new Promise<z.infer<typeof Started> & z.infer<typeof Health>>((resolve, reject) => {
    const seen: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen.push(line)
      const found = Started.extend(Health.shape).safeParse(JSON.parse(line))
      if (found.success) resolve(found.data)
    })
    child.once('error', reject)
    child.once('close', (code) => reject(new StepError(`serve ended with ${code}:\n${seen.join('\n')}`)))
  })
}

function reviewOf(file: string) {
  const [first = ''] = readFileSync(join(root, 'examples', 'manifests', file), 'utf8').split(/^---$/m)
  const Manifest = z.object({ apiVersion: z.string(), kind: z.string() }).loose()
  const object = z.record(z.string(), z.json()).parse(parse(first))
  const { apiVersion, kind } = Manifest.parse(object)
  const caller = { username: 'somebody', groups: ['system:authenticated'] }
  const write = { uid: `trial-${file}`, operation: 'CREATE', oldObject: null, namespace: 'tenant-maple' } as const
  return reviewOfObject({ ...write, apiVersion, kind, object, caller })
}

function processOf(runner: Runner): { readonly memory: string } {
  const pid = runQuietly(runner, ['inspect', '--format', '{{.State.Pid}}', name]).trim()
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { memory: `${Math.round(Number(kilobytes) / 1024)} MB` }
}

interface RunOptions {
  readonly network?: 'none' | 'host'
  readonly entrypoint?: string
  readonly writable?: boolean
  readonly env?: Readonly<Record<string, string>>
}

function run(runner: Runner, tag: string, folder: string, args: readonly string[], options: RunOptions = {}) {
  return spawnSync(runner, runArguments(runner, tag, folder, args, options), {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
}

function runArguments(
  runner: Runner,
  tag: string,
  folder: string,
  args: readonly string[],
  { network = 'none', entrypoint, writable = false, env = {} }: RunOptions,
): string[] {
  return [
    'run',
    '--rm',
    `--name=${name}`,
    `--network=${network}`,
    '--user=65532:65532',
    '--cap-drop=ALL',
    '--security-opt=no-new-privileges',
    // A sandbox may not raise its own limits, which podman would by default.
    '--ulimit=nofile=1024:1024',
    '--ulimit=nproc=1024:1024',
    ...(writable ? [] : ['--read-only']),
    // Podman would lay writable folders over a read-only disk.
    ...(writable || runner === 'docker' ? [] : ['--read-only-tmpfs=false']),
    `--volume=${folder}:${mountPoint}:ro`,
    ...Object.entries(env).map(([key, value]) => `--env=${key}=${value}`),
    ...(entrypoint === undefined ? [] : [`--entrypoint=${entrypoint}`]),
    tag,
    ...args,
  ]
}

function tell(what: string, seen: string): void {
  console.log(`${what.padEnd(22)} ${seen}`)
}
