/** The harness itself: a real control plane starts, does what one does, and leaves nothing behind. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { resources } from '../../src/guards/resources.ts'
import { type ControlPlane, startControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { findFreePorts } from '../support/control-plane/free-ports.ts'
import { isAlive } from '../support/control-plane/lock.ts'
import { keepProcesses } from '../support/control-plane/processes.ts'
import { runProgram } from '../support/control-plane/run-program.ts'
import { describeTool } from '../support/control-plane/tool-modules.ts'
import { type GatehouseOptions, installGatehouse } from '../support/control-plane/gatehouse.ts'
import { packageProbe } from '../support/control-plane/registration.ts'
import type { ApiAnswer } from '../support/control-plane/api-request.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'

const skip = await whySkipped()
const [freePort = 0] = await findFreePorts(1)
/** The Services of one control plane keep their kind, so the last comes under a name of its own. */
const installations: Readonly<Record<string, GatehouseOptions>> = {
  'answers at the address of the Service of its chart': {},
  'answers behind a Service with more than one replica': { replicas: 2 },
  'answers by a name where this machine can give a Service no address': {
    release: { name: 'named', namespace: 'gatehouse-named' },
    route: { port: freePort, hasClusterIP: false },
  },
}
/** Programs from KUBEBUILDER_ASSETS have a version of their own. */
const skipVersion = process.env['KUBEBUILDER_ASSETS'] !== undefined
/** A first run builds; everything after that takes seconds. */
const timeout = 45 * 60_000

const waitingFile = fileURLToPath(new URL('../support/control-plane/start-and-wait.ts', import.meta.url))
const Started = z.object({ folder: z.string(), keeper: z.int() })

describe('a control plane', { skip, timeout }, () => {
  let plane: ControlPlane

  before(async () => {
    plane = await startControlPlane()
  })
  after(() => plane.stop())

  test('is of the pinned version, in the words of kubectl', { skip: skipVersion }, async () => {
    const { version } = await describeTool('kubectl')

    const { stdout } = await plane.kubectl(['version'])

    assert.match(stdout, new RegExp(`Client Version: v${version}\n`))
    assert.match(stdout, new RegExp(`Server Version: v${version}\n`))
  })

  test('refuses a user without rights, and lets an admin in', async () => {
    const stranger = await plane.kubectl(['get', 'secrets'], { as: { user: 'stranger' } })
    const admin = await plane.kubectl(['get', 'secrets'])

    assert.match(stranger.stderr, /^Error from server \(Forbidden\): secrets is forbidden: User "stranger"/)
    assert.equal(admin.status, 0)
  })

  test('serves every guarded kind in every version of the CRDs', async () => {
    await installCrds(plane)

    const { stdout } = await plane.kubectl(['api-resources', '--no-headers', '-o', 'name'])
    const served = new Set(stdout.split('\n'))
    const missing = resources.filter(
      ({ group, resource }) => !served.has(group === '' ? resource : `${resource}.${group}`),
    )

    assert.deepEqual(missing, [])
    for (const path of [
      'networking.k8s.io/v1/tlsroutes',
      'networking.k8s.io/v1alpha2/tlsroutes',
      'networking.k8s.io/v1alpha3/tlsroutes',
    ]) {
      assert.equal((await plane.request('GET', `/apis/gateway.${path}`)).status, 200, path)
    }
  })

  test('finishes the deletion of a namespace', async () => {
    await plane.kubectl(['create', 'namespace', 'short-lived'])

    const { status } = await plane.kubectl(['delete', 'namespace', 'short-lived', '--wait', '--timeout=30s'])

    assert.equal(status, 0)
    assert.equal((await plane.request('GET', '/api/v1/namespaces/short-lived')).status, 404)
  })

  test('keeps its data when the API server is restarted', async () => {
    await plane.kubectl(['create', 'configmap', 'kept', '--from-literal=a=b'])

    await plane.restartApiServer()
    const { body } = await plane.request('GET', '/api/v1/namespaces/default/configmaps/kept')

    assert.deepEqual(z.object({ data: z.unknown() }).parse(body).data, { a: 'b' })
  })

  test('answers a write only after a paused etcd goes on', async () => {
    await plane.pauseEtcd()
    let isAnswered = false
    const body = { metadata: { name: 'late' } }
    const write = plane
      .request('POST', '/api/v1/namespaces/default/configmaps', body)
      .finally(() => (isAnswered = true))
    const alive = await plane.request('GET', '/livez/ping')
    const before = isAnswered

    await plane.resumeEtcd()
    const { status } = await write

    assert.equal(alive.status, 200)
    assert.equal(before, false)
    assert.equal(status, 201)
  })
})

describe('Gatehouse on a control plane', { skip, timeout }, () => {
  let plane: ControlPlane

  before(async () => {
    plane = await startControlPlane({ controllerManager: false })
    await installCrds(plane)
  })
  after(() => plane.stop())

  for (const [claim, options] of Object.entries(installations)) {
    test(claim, async (t) => {
      const probe = packageProbe()
      const gatehouse = await installGatehouse(plane, options)
      t.after(() => gatehouse.stop())

      const guarded = await probe(plane.request)
      await gatehouse.unregister()
      const unguarded = await probe(plane.request)

      assert.equal(guarded.status, 403)
      assert.match(
        messageOf(guarded),
        /^admission webhook "attached-namespaces\.guards\.gatehouse\.dev" denied the request/,
      )
      assert.equal(unguarded.status, 201)
    })
  }

  test('goes on without a replica that was taken out of the Service', async (t) => {
    const probe = packageProbe()
    const gatehouse = await installGatehouse(plane, { replicas: 2 })
    t.after(() => gatehouse.stop())
    const [first] = gatehouse.instances
    assert.ok(first)

    gatehouse.balancer?.remove(first.port)
    await first.stop('SIGTERM')
    const answers = await Promise.all(Array.from({ length: 20 }, () => probe(plane.request)))

    assert.deepEqual(Array.from(new Set(answers.map(({ status }) => status))), [403])
  })
})

test('stop leaves no process and no folder', { skip, timeout }, async () => {
  const { folder, processes, stop } = await startControlPlane()
  const running = await findProcesses(folder)

  await stop()

  assert.equal(running.length, 3)
  assert.deepEqual(await findProcesses(folder), [])
  assert.equal(existsSync(folder), false)
  assert.equal(isAlive(processes.keeper), false)
})

test('a test that is killed leaves no process and no folder', { skip, timeout }, async () => {
  const { child, line } = await startUntil([waitingFile], () => true)
  const { folder, keeper } = Started.parse(JSON.parse(line))
  const running = await findProcesses(folder)

  child.kill('SIGKILL')

  assert.equal(running.length, 2)
  await waitUntil('the keeper has ended', () => !isAlive(keeper) || undefined)
  assert.deepEqual(await findProcesses(folder), [])
  assert.equal(existsSync(folder), false)
})

test('the next start sweeps up after a test and a keeper that were both killed', { skip, timeout }, async (t) => {
  const { child, line } = await startUntil([waitingFile], () => true)
  const { folder, keeper } = Started.parse(JSON.parse(line))
  process.kill(keeper, 'SIGSTOP')
  child.kill('SIGKILL')
  process.kill(keeper, 'SIGKILL')
  await waitUntil('the keeper has ended', () => !isAlive(keeper) || undefined)
  const left = await findProcesses(folder)

  const processes = await keepProcesses()
  t.after(() => processes.end())

  assert.equal(left.length, 2)
  assert.equal(existsSync(folder), false)
  await waitUntil('all processes have ended', async () => (await findProcesses(folder)).length === 0 || undefined)
})

test('Ctrl-C ends the control plane of a person, and leaves nothing', { skip, timeout }, async () => {
  const file = fileURLToPath(new URL('../../scripts/control-plane.ts', import.meta.url))
  const { child, line, ended } = await startUntil([file], (text) => text.startsWith('export KUBECONFIG='))
  const folder = dirname(line.slice('export KUBECONFIG='.length))
  const running = await findProcesses(folder)

  // As a terminal does it: the whole group at once.
  process.kill(-(child.pid ?? 0), 'SIGINT')

  assert.equal(await ended, 0)
  assert.equal(running.length, 3)
  assert.deepEqual(await findProcesses(folder), [])
  assert.equal(existsSync(folder), false)
})

function messageOf({ body }: ApiAnswer): string {
  return z.object({ message: z.string() }).parse(body).message
}

/** Starts Node in a process group of its own and waits for a line of its output. */
async function startUntil(args: readonly string[], isWanted: (line: string) => boolean) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (isWanted(text)) resolve(text)
    })
    void ended.then((code) => reject(new Error(`ended with ${code} before its line`)))
  })
  return { child, line, ended }
}

/** Command lines that name the folder. */
async function findProcesses(folder: string): Promise<readonly string[]> {
  const { stdout } = await runProgram('ps', ['-A', '-ww', '-o', 'args='])
  return stdout.split('\n').filter((line) => line.includes(folder))
}
