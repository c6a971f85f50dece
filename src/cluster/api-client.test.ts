import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { makeCertificate } from '../../test/support/certificate.ts'
import { createClusterUnderTest } from '../../test/support/cluster-source.ts'
import { eventually } from '../../test/support/eventually.ts'
import { answerStatus } from '../../test/support/fake-api-answers.ts'
import {
  startFakeApiServer,
  type FakeApiServer,
  type FakeApiServerOptions,
} from '../../test/support/fake-api-server.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { makeTemporaryFolder } from '../../test/support/temporary-folder.ts'
import { createApiClient, type ApiClient, type ApiServer } from './api-client.ts'
import { ApiError, type ApiFault } from './api-error.ts'
import { systemClock } from './clock.ts'
import { own } from './own.ts'

const path = '/api/v1/namespaces/tenant-a'
const namespaces = { 'tenant-a': { host: 'a.org' } }

async function startServer(t: TestContext, options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const api = await startFakeApiServer({ namespaces, ...options })
  t.after(() => api.close())
  return api
}

function createClient(t: TestContext, server: ApiServer): ApiClient {
  const client = createApiClient(server, systemClock)
  t.after(() => client.close())
  return client
}

async function nameFrom(client: ApiClient): Promise<unknown> {
  return own(own(await client.getJson(path, 'PartialObjectMetadata', 5_000), 'metadata'), 'name')
}

function hasFault(fault: ApiFault, details: Partial<ApiError['details']> = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof ApiError)
    assert.deepEqual({ fault: error.fault, ...error.details }, { fault, ...error.details, ...details })
    return true
  }
}

describe('API client, over TLS', () => {
  it('trusts the CA in its file and no other', async (t) => {
    const folder = await makeTemporaryFolder(t)
    const certificate = await makeCertificate()
    const stranger = await makeCertificate()
    const api = await startServer(t, { tls: certificate })
    await writeFile(join(folder, 'ca.crt'), certificate.ca)
    await writeFile(join(folder, 'other.crt'), stranger.ca)

    const name = await nameFrom(createClient(t, { url: api.url, caFile: join(folder, 'ca.crt') }))
    const distrusting = createClient(t, { url: api.url, caFile: join(folder, 'other.crt') })

    assert.equal(name, 'tenant-a')
    await assert.rejects(nameFrom(distrusting), hasFault('unreachable'))
  })

  it('takes another CA into use when its file changes', async (t) => {
    const folder = await makeTemporaryFolder(t)
    const caFile = join(folder, 'ca.crt')
    const certificate = await makeCertificate()
    const stranger = await makeCertificate()
    const api = await startServer(t, { tls: certificate })
    const client = createClient(t, { url: api.url, caFile })

    await writeFile(caFile, certificate.ca)
    await nameFrom(client)
    await writeFile(caFile, stranger.ca)
    await assert.rejects(nameFrom(client), hasFault('unreachable'))
    await writeFile(caFile, `${stranger.ca}\n${certificate.ca}`)

    assert.equal(await nameFrom(client), 'tenant-a')
  })

  it('carries a list, a watch and a live read', async (t) => {
    const folder = await makeTemporaryFolder(t)
    const caFile = join(folder, 'ca.crt')
    const certificate = await makeCertificate()
    await writeFile(caFile, certificate.ca)
    const api = await startServer(t, { tls: certificate })
    const { source } = await createClusterUnderTest(t, { server: { url: api.url, caFile } })

    await source.start()
    await eventually(() => source.status().connected)
    api.put('tenant-b', { host: 'b.org' })
    await eventually(() => source.get('tenant-b') !== undefined)
    await source.refresh('tenant-c', performance.now() + 5_000)

    assert.equal(source.get('tenant-a')?.labels['host'], 'a.org')
    assert.equal(api.requests.at(-1)?.path, '/api/v1/namespaces/tenant-c')
  })
})

describe('API client, signing in', () => {
  it('reads the token anew when it was replaced', async (t) => {
    const tokenFile = join(await makeTemporaryFolder(t), 'token')
    const api = await startServer(t)
    api.token = 'first'
    await writeFile(tokenFile, 'first\n')
    const client = createClient(t, { url: api.url, tokenFile })

    const before = await nameFrom(client)
    api.token = 'second'
    await assert.rejects(nameFrom(client), hasFault('unauthorized', { status: 401 }))
    await writeFile(tokenFile, 'second\n')

    assert.equal(before, 'tenant-a')
    assert.equal(await nameFrom(client), 'tenant-a')
  })

  it('asks again at once when the token was replaced under way', async (t) => {
    const tokenFile = join(await makeTemporaryFolder(t), 'token')
    const api = await startServer(t)
    api.token = 'second'
    await writeFile(tokenFile, 'first')
    api.misbehave('get', (_response, proceed) => {
      void writeFile(tokenFile, 'second').then(proceed)
    })

    const name = await nameFrom(createClient(t, { url: api.url, tokenFile }))

    assert.equal(name, 'tenant-a')
    assert.deepEqual(
      api.requests.map(({ headers }) => headers.authorization),
      ['Bearer first', 'Bearer second'],
    )
  })

  it('goes on with the last token while its file is away', async (t) => {
    const tokenFile = join(await makeTemporaryFolder(t), 'token')
    const api = await startServer(t)
    api.token = 'first'
    await writeFile(tokenFile, 'first')
    const client = createClient(t, { url: api.url, tokenFile })
    await nameFrom(client)

    await rm(tokenFile)

    assert.equal(await nameFrom(client), 'tenant-a')
  })

  for (const [name, text] of [
    ['absent', undefined],
    ['empty', '\n'],
  ] as const) {
    it(`sends nothing without a token where its file is ${name}`, async (t) => {
      const tokenFile = join(await makeTemporaryFolder(t), 'token')
      if (text !== undefined) await writeFile(tokenFile, text)
      const api = await startServer(t)

      await assert.rejects(nameFrom(createClient(t, { url: api.url, tokenFile })), hasFault('credentials'))

      assert.deepEqual(api.requests, [])
    })
  }

  it('has a source recover from a token that was refused', async (t) => {
    const tokenFile = join(await makeTemporaryFolder(t), 'token')
    const api = await startServer(t)
    api.token = 'second'
    await writeFile(tokenFile, 'first')
    const clock = createFakeClock()
    const server = { url: api.url, tokenFile }
    const { source } = await createClusterUnderTest(t, { server, clock, limits: { backoffMs: 1_000 } })

    await source.start()
    await clock.scheduled(1_000)
    const { lastError } = source.status()
    await writeFile(tokenFile, 'second')
    clock.advance(1_000)
    await eventually(() => source.status().connected)

    assert.equal(lastError, 'the API server refused the ServiceAccount token')
    assert.equal(source.status().lastError, undefined)
  })
})

describe('API client', () => {
  const statuses: readonly (readonly [status: number, reason: string, fault: ApiFault])[] = [
    [301, 'Moved', 'rejected'],
    [400, 'BadRequest', 'rejected'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'not-found'],
    [404, 'Lost', 'rejected'],
    [410, 'Gone', 'gone'],
    [429, 'TooManyRequests', 'throttled'],
    [500, 'InternalError', 'server-error'],
    [503, 'ServiceUnavailable', 'unavailable'],
    [504, 'Timeout', 'server-error'],
  ]
  for (const [status, reason, fault] of statuses) {
    it(`calls status ${status} with reason ${reason} '${fault}'`, async (t) => {
      const api = await startServer(t)
      api.misbehave('get', answerStatus(status, reason))

      await assert.rejects(nameFrom(createClient(t, { url: api.url })), hasFault(fault, { status }))
    })
  }

  for (const [header, retryAfterMs] of [
    ['2', 2_000],
    ['86400', 300_000],
    ['soon', undefined],
    ['-1', undefined],
  ] as const) {
    it(`reads 'Retry-After: ${header}' as ${retryAfterMs ?? 'nothing'}`, async (t) => {
      const api = await startServer(t)
      api.misbehave('get', answerStatus(429, 'TooManyRequests', { 'retry-after': header }))

      await assert.rejects(nameFrom(createClient(t, { url: api.url })), hasFault('throttled', { retryAfterMs }))
    })
  }

  it('reads an error whose body is garbage or without an end', async (t) => {
    const api = await startServer(t)
    api.misbehave('get', (response) => response.writeHead(500).end('<html>'))
    api.misbehave('get', (response) => response.writeHead(500).write('x'.repeat(100_000)))
    const client = createClient(t, { url: api.url })

    await assert.rejects(nameFrom(client), hasFault('server-error'))
    await assert.rejects(nameFrom(client), hasFault('server-error'))
    assert.equal(await nameFrom(client), 'tenant-a')
  })

  it('keeps its connection from one request to the next', async (t) => {
    const api = await startServer(t)
    const ports = new Set<number | undefined>()
    const client = createClient(t, { url: api.url })

    for (let time = 0; time < 3; time++) {
      api.misbehave('get', (response, proceed) => {
        ports.add(response.socket?.remotePort)
        proceed()
      })
      await nameFrom(client)
    }

    assert.equal(ports.size, 1)
  })

  it('asks once more when a kept connection turns out to be closed', async (t) => {
    const api = await startServer(t)
    const client = createClient(t, { url: api.url })
    await nameFrom(client)
    api.misbehave('get', (response) => response.socket?.resetAndDestroy())

    const name = await nameFrom(client)

    assert.equal(name, 'tenant-a')
    assert.equal(api.requests.length, 3)
  })

  it('finds its paths below that of its address', async (t) => {
    const paths: string[] = []
    const server = http.createServer((request, response) => {
      paths.push(request.url ?? '')
      response.end('{}')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const client = createClient(t, { url: `http://127.0.0.1:${port}/k8s/clusters/one/` })

    await client.getJson(path, 'PartialObjectMetadata', 5_000)

    assert.deepEqual(paths, ['/k8s/clusters/one/api/v1/namespaces/tenant-a'])
  })

  it('sends nothing more once it is closed', async (t) => {
    const api = await startServer(t)
    const client = createApiClient({ url: api.url }, systemClock)
    api.misbehave('get', () => undefined)
    const under = nameFrom(client)
    const ended = assert.rejects(under, hasFault('stopped'))
    await api.arrived('get', 1)

    client.close()
    await ended

    await assert.rejects(nameFrom(client), hasFault('stopped'))
    assert.equal(api.requests.length, 1)
  })
})
