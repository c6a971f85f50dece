/** The life of the process: what it starts with, what it takes over while it runs, how it ends. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

import { isBeforeRequest } from '../support/connection-error.ts'
import { createReview } from '../support/review.ts'
import { runGatehouse } from '../support/run-gatehouse.ts'
import { startServe, writeConfig } from '../support/serve-process.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'

const label = 'namespace.cozystack.io/host'
const settings = { rootHost: 'example.org' }
const facts = { source: 'file', path: 'namespaces.yaml' }
const alice = `apiVersion: v1\nkind: Namespace\nmetadata: {name: tenant-alice, labels: {${label}: alice.example.org}}\n`
const withNamespaces = (folder: string): Promise<void> => writeFile(join(folder, 'namespaces.yaml'), alice)

const own = JSON.stringify(
  createReview({ kind: 'HTTPRoute', object: { spec: { hostnames: ['a.alice.example.org'] } } }),
)
const foreign = JSON.stringify(
  createReview({ kind: 'HTTPRoute', object: { spec: { hostnames: ['a.bob.example.org'] } } }),
)
const responseOf = ({ body }: { readonly body: string }) => JSON.parse(body).response

test('a file with many faults ends with 2 and one message that names them all', async (t) => {
  const folder = await makeTemporaryFolder(t)
  const path = join(folder, 'gatehouse.yaml')
  await writeFile(path, 'settings: {rootHos: x}\nguards: {route-hostname: {mode: off}}\nserver: {port: 70000}\n')

  const { code, stdout, stderr } = await runGatehouse(['serve', '--config', path])

  assert.equal(code, 2)
  assert.equal(stdout, '')
  for (const part of ['3 faults', 'settings.rootHos', 'guards.route-hostname.mode', 'server.port']) {
    assert.ok(stderr.includes(part), `${part} in ${stderr}`)
  }
})

test('TLS settings of a later version end with 2 rather than be ignored', async (t) => {
  const folder = await makeTemporaryFolder(t)
  const path = join(folder, 'gatehouse.yaml')
  await writeFile(path, 'tls: {clientAuth: {caFile: ca.crt}, profile: {name: Modern}}\n')

  const { code, stderr } = await runGatehouse(['serve', '--config', path])

  assert.equal(code, 2)
  assert.match(stderr, /tls\.clientAuth: is not acted on[\s\S]*tls\.profile: is not acted on/)
})

test('a certificate that is not there ends with 1 and the name of the file', async (t) => {
  const folder = await makeTemporaryFolder(t)
  const path = join(folder, 'gatehouse.yaml')
  await writeFile(path, 'tls: {certificate: {certFile: none.crt, keyFile: none.key}}\n')

  const { code, stderr } = await runGatehouse(['serve', '--config', path])

  assert.equal(code, 1)
  assert.match(stderr, /none\.crt/)
})

test('a port that is taken ends with 1', async (t) => {
  const first = await startServe(t, { settings, facts }, { prepare: withNamespaces })
  await writeConfig(first.folder, {
    settings,
    facts,
    server: { address: '127.0.0.1', port: first.port, healthPort: 0 },
  })

  const { code, stderr } = await runGatehouse(['serve', '--config', join(first.folder, 'gatehouse.yaml')])

  assert.equal(code, 1)
  assert.match(stderr, /EADDRINUSE/)
})

test('a file of namespaces that cannot be read ends with 2', async (t) => {
  const { folder } = await startServe(t, { settings, facts }, { prepare: withNamespaces })
  await writeConfig(folder, { facts: { source: 'file', path: 'none.yaml' } })

  const { code, stderr } = await runGatehouse(['serve', '--config', join(folder, 'gatehouse.yaml')])

  assert.equal(code, 2)
  assert.match(stderr, /none\.yaml/)
})

test('a changed file is taken into use, a broken one is logged and counted once and changes nothing', async (t) => {
  const served = await startServe(t, { settings, facts }, { prepare: withNamespaces })
  assert.equal(responseOf(await served.post(foreign)).allowed, false)

  await writeConfig(served.folder, { settings, facts, guards: { 'route-hostname': { mode: 'warn' } } })
  await served.logged('Reloaded the configuration')
  const warned = responseOf(await served.post(foreign))
  await writeConfig(served.folder, { settings, facts, guards: { 'route-hostname': { mode: 'off' } } })
  await served.logged('Kept the last good configuration')
  const still = responseOf(await served.post(foreign))
  await writeConfig(served.folder, { settings, facts, server: { port: 1 } })
  const refused = await served.logged('Kept the last good configuration', 1)
  const { text } = await served.health('/metrics')

  assert.equal(warned.allowed, true)
  assert.equal(warned.warnings.length, 1)
  assert.equal(still.allowed, true)
  assert.match(JSON.stringify(refused['faults']), /server\.port.*restart/)
  assert.match(text, /gatehouse_config_reloads_total\{result="success"\} 1/)
  assert.match(text, /gatehouse_config_reloads_total\{result="invalid"\} 1/)
  assert.match(text, /gatehouse_config_reloads_total\{result="restart_needed"\} 1/)
})

test('SIGTERM under load drops no request, and the process ends by itself with 0', async (t) => {
  const served = await startServe(t, { settings, facts }, { prepare: withNamespaces })
  const failures: unknown[] = []
  let answered = 0
  let ending = false
  let refusedConnections = 0
  const caller = async (): Promise<void> => {
    for (;;) {
      try {
        const { status } = await served.post(own)
        answered++
        if (status !== 200) failures.push(status)
      } catch (error) {
        // A new connection that the listener no longer takes: nothing was sent, the API server goes to another replica.
        if (ending && isBeforeRequest(error)) {
          refusedConnections++
          return
        }
        failures.push(error)
        return
      }
    }
  }
  const callers = Array.from({ length: 16 }, caller)
  while (answered < 200) await new Promise((resolve) => setImmediate(resolve))

  ending = true
  served.kill('SIGTERM')
  const [code] = await Promise.all([served.ended, ...callers])

  assert.deepEqual(failures, [])
  assert.equal(code, 0)
  assert.equal(refusedConnections, 16)
})
