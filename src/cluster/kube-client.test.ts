import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { findFreePorts } from '../../test/support/control-plane/free-ports.ts'
import { makeTemporaryFolder } from '../../test/support/temporary-folder.ts'
import { createKubeClient, KubeconfigError, type KubeClient } from './kube-client.ts'
import { isConflict, isForbidden, isNotFound, KubeError } from './kube-error.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

async function connect(t: TestContext, answer: Answer): Promise<KubeClient> {
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address: AddressInfo | string | null = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return createKubeClient(await writeKubeconfig(t, `http://127.0.0.1:${address.port}`))
}

async function writeKubeconfig(t: TestContext, server: string): Promise<string> {
  const file = join(await makeTemporaryFolder(t), 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    // Plain HTTP is for tests alone.
    clusters: [{ name: 'k', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'secret-token' } }],
  }
  await writeFile(file, JSON.stringify(config))
  return file
}

function status(code: number, reason: string, message: string): Answer {
  return (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ kind: 'Status', reason, message }))
  }
}

async function errorOf(sending: Promise<unknown>): Promise<KubeError> {
  try {
    await sending
  } catch (error) {
    if (error instanceof KubeError) return error
    throw error
  }
  return assert.fail('nothing was refused')
}

test('a request signs in by the kubeconfig and says what it sends', async (t) => {
  const seen: unknown[] = []
  const client = await connect(t, async (request, response) => {
    const { method, url, headers } = request
    seen.push(method, url, headers.authorization, headers['content-type'], headers.accept, await text(request))
    response.end('{"a":1}')
  })

  const answer = await client.send({ method: 'PATCH', path: '/x?y=z%20', patch: 'json-patch', body: [1] })

  assert.deepEqual(answer, { a: 1 })
  assert.deepEqual(seen, [
    'PATCH',
    '/x?y=z%20',
    'Bearer secret-token',
    'application/json-patch+json',
    'application/json',
    '[1]',
  ])
})

test('an answer that is no success is an error with what the API server says', async (t) => {
  const client = await connect(t, status(403, 'Forbidden', 'secrets "x" is forbidden'))

  const error = await errorOf(client.send({ method: 'GET', path: '/x' }))

  assert.deepEqual([error.status, error.reason, error.text], [403, 'Forbidden', 'secrets "x" is forbidden'])
  assert.equal(error.message, 'GET /x: 403 secrets "x" is forbidden')
  assert.deepEqual([isForbidden(error), isNotFound(error), isConflict(error)], [true, false, false])
})

test('what might quote a Secret is left out', async (t) => {
  const client = await connect(t, status(422, 'Invalid', 'Invalid value: "PRIVATE"'))

  const error = await errorOf(client.send({ method: 'PATCH', path: '/x', body: {}, secret: true }))

  assert.equal(error.message, 'PATCH /x: 422 Invalid')
})

test('only the word of the API server makes an object missing, not that of a proxy', async (t) => {
  const missing = await connect(t, status(404, 'NotFound', 'no such thing'))
  const proxy = await connect(t, (_, response) => response.writeHead(404).end('<html>'))

  assert.equal(isNotFound(await errorOf(missing.send({ method: 'GET', path: '/x' }))), true)
  assert.equal(isNotFound(await errorOf(proxy.send({ method: 'GET', path: '/x' }))), false)
})

test('no connection is an error without status and without the token', async (t) => {
  const [port = 0] = await findFreePorts(1)
  const client = createKubeClient(await writeKubeconfig(t, `http://127.0.0.1:${port}`))

  const error = await errorOf(client.send({ method: 'GET', path: '/x' }))

  assert.equal(error.status, 0)
  assert.match(error.message, /^GET \/x: no connection to the API server \(ECONNREFUSED\)$/)
  assert.doesNotMatch(error.stack ?? '', /secret-token/)
})

test('a request ends with the signal of its caller', async (t) => {
  const ending = new AbortController()
  const client = await connect(t, () => ending.abort())

  const error = await errorOf(client.send({ method: 'GET', path: '/x', signal: ending.signal }))

  assert.equal(error.status, 0)
})

test('a kubeconfig that cannot be used is refused with its name', async (t) => {
  const folder = await makeTemporaryFolder(t)
  await writeFile(join(folder, 'broken'), '{{{')
  await writeFile(join(folder, 'empty'), '{}')

  for (const [file, reason] of [
    ['absent', /'.*absent' cannot be read: there is no such file/],
    ['broken', /'.*broken' cannot be read: it is no kubeconfig/],
    ['empty', /'.*empty'/],
  ] as const) {
    assert.throws(
      () => createKubeClient(join(folder, file)),
      (error) => error instanceof KubeconfigError && reason.test(error.message),
    )
  }
})

test('without a kubeconfig and outside of a pod nothing is guessed', () => {
  assert.throws(() => createKubeClient(undefined), /name a kubeconfig with --kubeconfig or `cluster.kubeconfig`/)
})
