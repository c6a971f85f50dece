/** The process without its API server: what it still knows, what it refuses, and what it says of itself. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { fallSilent } from '../support/fake-api-answers.ts'
import { startFakeApiServer } from '../support/fake-api-server.ts'
import { createReview } from '../support/review.ts'
import { startServe, type ServeProcess } from '../support/serve-process.ts'

const label = 'namespace.cozystack.io/host'
const labels = { [label]: 'alice.example.org' }
const settings = { rootHost: 'example.org' }

const route = (namespace: string): string =>
  JSON.stringify(
    createReview({ kind: 'HTTPRoute', namespace, object: { spec: { hostnames: ['a.alice.example.org'] } } }),
  )
const external = JSON.stringify(
  createReview({ kind: 'Ingress', object: { spec: { rules: [{ host: 'shop.example.net' }] } } }),
)

async function ask(served: ServeProcess, body: string) {
  const { body: text } = await served.post(body)
  const { allowed, status } = JSON.parse(text).response
  return { allowed, code: status?.code, message: String(status?.message ?? '') }
}

/** Facts from an API server that refuses every connection. */
async function unreachable(): Promise<object> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return { source: 'cluster', snapshot: 'namespaces.json', apiServer: { url: `http://127.0.0.1:${port}` } }
}

test('with neither API server nor snapshot it answers, refuses what it does not know, and is not ready', async (t) => {
  const served = await startServe(t, { settings, facts: await unreachable() })

  const answer = await ask(served, route('tenant-alice'))
  const { status, text } = await served.health('/readyz')

  assert.deepEqual({ allowed: answer.allowed, code: answer.code }, { allowed: false, code: 403 })
  assert.match(answer.message, /retry/)
  assert.equal(status, 503)
  assert.partialDeepStrictEqual(JSON.parse(text), { ready: false, checks: { facts: { ok: false, source: 'none' } } })
  assert.equal((await served.health('/livez')).status, 200)
})

test('a list outlives the API server and the process: a restart knows the namespaces from the snapshot', async (t) => {
  const api = await startFakeApiServer({ namespaces: { 'tenant-alice': labels } })
  t.after(() => api.close())
  const first = await startServe(t, {
    settings,
    facts: { source: 'cluster', snapshot: 'namespaces.json', apiServer: { url: api.url } },
  })
  await first.logged('Listed namespaces')
  assert.equal((await ask(first, route('tenant-alice'))).allowed, true)
  first.kill('SIGTERM')
  assert.equal(await first.ended, 0)
  const snapshot = await readFile(join(first.folder, 'namespaces.json'))

  const facts = await unreachable()
  const second = await startServe(
    t,
    { settings, facts },
    { prepare: (folder) => writeFile(join(folder, 'namespaces.json'), snapshot) },
  )

  assert.equal((await ask(second, route('tenant-alice'))).allowed, true)
  assert.match((await ask(second, route('tenant-new'))).message, /retry/)
  assert.equal((await ask(second, external)).allowed, true)
  const { status, text } = await second.health('/readyz')
  assert.equal(status, 200)
  assert.partialDeepStrictEqual(JSON.parse(text), {
    checks: { facts: { ok: true, source: 'snapshot', connected: false } },
  })
})

test('an old snapshot still knows the namespaces, but no longer that a name is nobody’s', async (t) => {
  const old = await oldSnapshot(t)

  const served = await startServe(
    t,
    { settings, facts: await unreachable() },
    { prepare: (folder) => writeFile(join(folder, 'namespaces.json'), old) },
  )

  assert.equal((await ask(served, route('tenant-alice'))).allowed, true)
  const { code, message } = await ask(served, external)
  assert.equal(code, 403)
  assert.match(message, /retry/)
  assert.equal((await served.health('/readyz')).status, 200)
})

/** A snapshot as the process writes it, two hours older. */
async function oldSnapshot(t: TestContext): Promise<string> {
  const api = await startFakeApiServer({ namespaces: { 'tenant-alice': labels } })
  t.after(() => api.close())
  const served = await startServe(t, {
    settings,
    facts: { source: 'cluster', snapshot: 'namespaces.json', apiServer: { url: api.url } },
  })
  await served.logged('Listed namespaces')
  served.kill('SIGTERM')
  await served.ended
  const text = await readFile(join(served.folder, 'namespaces.json'), 'utf8')
  const older = text.replace(/"(\d{4}-\d{2}-\d{2}T[^"]+)"/, (_, time: string) =>
    JSON.stringify(new Date(Date.parse(time) - 2 * 3_600_000).toISOString()),
  )
  assert.notEqual(older, text)
  return older
}

test('a namespace made a moment ago is read live before its first route is judged', async (t) => {
  const api = await startFakeApiServer({ namespaces: {} })
  t.after(() => api.close())
  // A watch that says nothing: only a live read can know the namespace in time.
  api.misbehave('watch', fallSilent)
  const served = await startServe(t, {
    settings,
    facts: { source: 'cluster', snapshot: 'namespaces.json', apiServer: { url: api.url } },
  })
  await api.arrived('watch', 1)
  api.put('tenant-new', labels)

  assert.equal((await ask(served, route('tenant-new'))).allowed, true)

  const { text } = await served.health('/metrics')
  assert.match(text, /gatehouse_namespace_reads_total\{result="found"\} 1/)
  assert.equal(api.requests.filter(({ route: kind }) => kind === 'get').length, 1)
})
