/** The health port: DESIGN section 5, readiness as in section 2. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { test, type TestContext } from 'node:test'
import { buildHealthApp } from '../../src/server/health.ts'
import { listen } from '../../src/server/listen.ts'
import { certificateCheck, type Checks, drainingCheck, listeningCheck } from '../../src/server/readiness.ts'
import { createTraffic } from '../../src/server/traffic.ts'
import { makeCertificate } from '../support/certificate.ts'
import { type Answer, fixedCertificate, startWebhook } from '../support/webhook.ts'

const good: Checks = { facts: () => ({ ok: true, source: 'list', ageSeconds: 3 }) }

test('/livez says ok, whatever the checks say', async (t) => {
  const get = await startHealth(t, { facts: () => ({ ok: false }) })

  const answer = await get('/livez')

  assert.equal(answer.status, 200)
  assert.equal(answer.body, 'ok')
})

test('/readyz is 200 with every check in its body', async (t) => {
  const get = await startHealth(t, { ...good, draining: () => ({ ok: true, inFlight: 0 }) })

  const answer = await get('/readyz')

  assert.equal(answer.status, 200)
  assert.match(answer.headers['content-type'] ?? '', /^application\/json/)
  assert.deepEqual(JSON.parse(answer.body), {
    ready: true,
    checks: { facts: { ok: true, source: 'list', ageSeconds: 3 }, draining: { ok: true, inFlight: 0 } },
  })
})

test('/readyz is 503 as soon as one check is not good', async (t) => {
  const get = await startHealth(t, {
    ...good,
    certificate: () => ({ ok: false, notAfter: '2020-01-01T00:00:00.000Z' }),
  })

  const answer = await get('/readyz')

  assert.equal(answer.status, 503)
  assert.equal(JSON.parse(answer.body).ready, false)
  assert.equal(JSON.parse(answer.body).checks.facts.ok, true)
})

test('a check that throws is not good, and says nothing of the exception', async (t) => {
  const get = await startHealth(t, {
    ...good,
    broken() {
      throw new Error('c2VjcmV0')
    },
  })

  const answer = await get('/readyz')

  assert.equal(answer.status, 503)
  assert.deepEqual(JSON.parse(answer.body).checks.broken, { ok: false })
})

test('/metrics shows what the registry holds', async (t) => {
  const get = await startHealth(t, good)

  const answer = await get('/metrics')

  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(answer.body, 'gatehouse_apexes_shared 0\n')
})

test('metrics that cannot be rendered: 500 without the exception', async (t) => {
  const get = await startHealth(t, good, () => Promise.reject(new Error('c2VjcmV0')))

  const answer = await get('/metrics')

  assert.equal(answer.status, 500)
  assert.deepEqual(JSON.parse(answer.body), { error: 'internal error' })
})

test('HEAD answers like GET, without a body', async (t) => {
  const get = await startHealth(t, { facts: () => ({ ok: false }) })

  for (const [path, status] of [
    ['/livez', 200],
    ['/readyz', 503],
    ['/metrics', 200],
  ] as const) {
    const answer = await get(path, 'HEAD')
    assert.equal(answer.status, status)
    assert.equal(answer.body, '')
  }
})

test('other methods: 405 with Allow, whatever the body', async (t) => {
  const get = await startHealth(t, good)

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
    const answer = await get('/readyz?verbose', method, 'c2VjcmV0'.repeat(100_000))
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.allow, 'GET, HEAD')
    assert.deepEqual(JSON.parse(answer.body), { error: 'only GET and HEAD are allowed here' })
  }
})

test('other paths: 404, /debug/tls among them for now, nothing echoed', async (t) => {
  const get = await startHealth(t, good)

  for (const path of ['/', '/debug/tls', '/validate', '/livez/', '/%zz', '/c2VjcmV0', `/${'a'.repeat(500)}`]) {
    for (const method of ['GET', 'POST']) {
      const answer = await get(path, method)
      assert.equal(answer.status, 404, path)
      assert.deepEqual(JSON.parse(answer.body), { error: 'there is nothing at this path' })
    }
  }
})

test('an expired certificate, or one of the future, is served and not ready', async (t) => {
  const issued = await makeCertificate()
  const webhook = await startWebhook(t, { issued })
  const source = {
    ...fixedCertificate(issued),
    current: () => ({
      ...issued,
      notBefore: new Date('2026-01-02T00:00:00Z'),
      notAfter: new Date('2026-04-01T00:00:00Z'),
    }),
  }
  const readyAt = (time: string) => certificateCheck(source, () => new Date(time))().ok

  assert.equal((await webhook.send('/validate')).status, 200)
  assert.equal(readyAt('2026-01-01T23:59:59Z'), false)
  assert.equal(readyAt('2026-01-02T00:00:00Z'), true)
  assert.equal(readyAt('2026-03-31T23:59:59Z'), true)
  assert.equal(readyAt('2026-04-01T00:00:00Z'), false)
  assert.deepEqual(certificateCheck(source, () => new Date('2030-01-01'))(), {
    ok: false,
    notBefore: '2026-01-02T00:00:00.000Z',
    notAfter: '2026-04-01T00:00:00.000Z',
  })
})

test('not ready before the webhook listens and from the moment it drains', async (t) => {
  const webhook = await startWebhook(t)
  const listening = listeningCheck(webhook.app.server)
  const draining = drainingCheck(webhook.traffic)

  assert.deepEqual([listening().ok, draining().ok], [true, true])
  webhook.traffic.draining = true
  assert.deepEqual([listening().ok, draining().ok], [true, false])
  await webhook.app.close()
  assert.equal(listening().ok, false)
  assert.deepEqual(drainingCheck(createTraffic())(), { ok: true, inFlight: 0 })
})

async function startHealth(t: TestContext, checks: Checks, render = async () => 'gatehouse_apexes_shared 0\n') {
  const contentType = 'text/plain; version=0.0.4; charset=utf-8'
  const app = buildHealthApp({ checks, metrics: { contentType, render } })
  const { port } = await listen(app, 'localhost', 0)
  const agent = new Agent({ keepAlive: true })
  t.after(async () => {
    agent.destroy()
    await app.close()
  })
  return (path: string, method = 'GET', body = '') =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
        let received = ''
        response.setEncoding('utf8')
        response.on('data', (text: string) => (received += text))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
}
