/** The rows of reference/admission-webhooks.md 3.4 that concern HTTP, each named in its title, over real TLS. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { openConnection, reviewHead } from '../support/raw-connection.ts'
import { allowed, type Answer, startWebhook } from '../support/webhook.ts'

const json = { 'content-type': 'application/json' }
const secret = 'c2VjcmV0'

test('media type with tab, leading space, other charset, or missing: 415', async (t) => {
  const webhook = await startWebhook(t)
  const types = [
    undefined,
    'text/plain',
    'application/yaml',
    'application/json\t; charset=utf-8',
    'application/json;\tcharset=utf-8',
    'application/json ;charset=utf-8',
    'application/json;  charset=utf-8',
    'application/json; charset=utf-16',
    'application/json; charset="utf-8"',
    'application/json; charset=utf-8; charset=utf-8',
    'application/json;',
    'application/json, application/json',
    'application/jsonx',
    'application/json-patch+json',
    'application/j\u00dfon',
    ['application/json', 'text/plain'],
    ['application/json', 'application/json'],
  ]

  for (const type of types) {
    const headers: Record<string, string | string[] | number> = {
      'content-length': 2,
      ...(type === undefined ? undefined : { 'content-type': type }),
    }
    const answer = await webhook.send('/validate', { headers })
    assertRefused(answer, 415, /media type/)
  }
  // What stands around a value is no part of it (RFC 9110 5.5), so this is the exact media type.
  const connection = await openConnection(t, webhook)
  connection.write(
    'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: \t application/json \r\ncontent-length: 2\r\n\r\n{}',
  )
  await connection.until(/^HTTP\/1\.1 200 /)
  assert.deepEqual(
    webhook.turnedAway,
    types.map(() => 'media_type'),
  )
})

test('Content-Encoding: 415, no inflation', async (t) => {
  let judged = 0
  const webhook = await startWebhook(t, {
    answer() {
      judged++
      return { kind: 'overload' }
    },
  })

  for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip', 'zstd', '']) {
    const answer = await webhook.send('/validate', { headers: { ...json, 'content-encoding': encoding } })
    assertRefused(answer, 415, /encoded/)
  }
  const answer = await webhook.send('/validate', { headers: { ...json, 'transfer-encoding': 'gzip, chunked' } })
  assertRefused(answer, 415, /encoded/)

  assert.equal(judged, 0)
})

test('8 MiB announced: 413 before any of it is read', async (t) => {
  const webhook = await startWebhook(t)
  const connection = await openConnection(t, webhook)

  connection.write(reviewHead({ 'content-length': String(8 * 1024 * 1024) }))
  const received = await connection.until(/too large/)

  assert.match(received, /^HTTP\/1\.1 413 /)
  assert.deepEqual(webhook.turnedAway, ['too_large'])
  assert.equal(webhook.traffic.inFlight(), 0)
})

test('8 MiB sent in spite of that: the answer arrives, and the connection goes on', async (t) => {
  const webhook = await startWebhook(t)

  assertRefused(await webhook.send('/validate', { body: Buffer.alloc(8 * 1024 * 1024, ' ') }), 413, /too large/)
  assert.equal((await webhook.send('/validate')).status, 200)
})

test('chunked without length: 413 as soon as it is too much', async (t) => {
  const webhook = await startWebhook(t)

  const answer = await webhook.send('/validate', { headers: json, body: Buffer.alloc(7 * 1024 * 1024 + 1, ' ') })

  assertRefused(answer, 413, /too large/)
  assert.deepEqual(webhook.turnedAway, ['too_large'])
  assert.equal(webhook.traffic.inFlight(), 0)
})

test('chunked without end: cut off', async (t) => {
  const webhook = await startWebhook(t)
  const connection = await openConnection(t, webhook)
  const chunk = `40000\r\n${' '.repeat(0x40000)}\r\n`
  connection.write(reviewHead({ 'transfer-encoding': 'chunked' }))
  const pump = () => {
    while (connection.socket.writable && connection.socket.write(chunk)) continue
  }
  connection.socket.on('drain', pump)

  pump()
  await connection.until(/^HTTP\/1\.1 413 /)

  await connection.closed()
})

test('length lied about: what is too short is never judged, what is too long is no second review', async (t) => {
  const bodies: string[] = []
  const webhook = await startWebhook(t, {
    answer(body) {
      bodies.push(body.toString())
      return allowed
    },
  })
  const tooLong = await openConnection(t, webhook)
  const tooShort = await openConnection(t, webhook)

  tooLong.write(`${reviewHead({ 'content-length': '2' })}{}${secret}`)
  tooShort.write(`${reviewHead({ 'content-length': '20' })}{ }`)
  tooShort.socket.end()
  const received = await tooLong.closed()
  await tooShort.closed()

  assert.deepEqual(bodies, ['{}'])
  assert.match(received, /HTTP\/1\.1 400 Bad Request\r\n/)
  assert.doesNotMatch(received, new RegExp(secret))
})

test('two lengths, or a length and chunks: 400', async (t) => {
  const webhook = await startWebhook(t)
  const twice = await openConnection(t, webhook)
  const both = await openConnection(t, webhook)

  twice.write('POST /validate HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 20\r\n\r\n{}')
  both.write(`${reviewHead({ 'content-length': '2', 'transfer-encoding': 'chunked' })}0\r\n\r\n`)

  for (const connection of [twice, both]) assert.match(await connection.closed(), /^HTTP\/1\.1 400 Bad Request\r\n/)
})

test('one byte a second: answered by the deadline, then closed', async (t) => {
  let now = 0
  const webhook = await startWebhook(t, { now: () => now })
  const connection = await openConnection(t, webhook)

  connection.write(`${reviewHead({ 'content-length': '20' }, '/validate?timeout=1s')}{`)
  await once(webhook.app.server, 'request')
  now = 900
  const received = await connection.until(/took too long/)

  assert.match(received, /^HTTP\/1\.1 503 /)
  assert.deepEqual(webhook.turnedAway, ['deadline'])
  assert.equal(webhook.traffic.inFlight(), 0)
  await connection.closed()
})

test('headers without end: closed by the timeout of the listener', async (t) => {
  const listener = { headersTimeout: 60, requestTimeout: 60, connectionsCheckingInterval: 20 }
  const webhook = await startWebhook(t, { listener })
  const connection = await openConnection(t, webhook)

  connection.write(`POST /validate HTTP/1.1\r\nx-secret: ${secret}\r\n`)
  const received = await connection.closed()

  assert.match(received, /^HTTP\/1\.1 408 Request Timeout\r\n/)
  assert.match(received, /\{"error":"the request took too long to arrive"\}$/)
  assert.deepEqual(webhook.turnedAway, ['deadline'])
})

test('a connection that never starts its handshake is closed', async (t) => {
  const webhook = await startWebhook(t, { listener: { handshakeTimeout: 50 } })
  const socket = connectTcp(webhook.port, '127.0.0.1')
  t.after(() => socket.destroy())

  socket.resume()
  await once(socket, 'close')

  assert.deepEqual(webhook.turnedAway, [])
})

test('HTTP/2 streams: HTTP/1.1 only, refused in the handshake', async (t) => {
  const webhook = await startWebhook(t)
  const options = { host: '127.0.0.1', port: webhook.port, ca: webhook.ca, servername: 'localhost' }
  const socket: TLSSocket = connect({ ...options, ALPNProtocols: ['h2'] })
  t.after(() => socket.destroy())

  const [error] = await once(socket, 'error')

  assert.equal(error.code, 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
})

test('an API server that offers h2 and http/1.1 gets http/1.1', async (t) => {
  const webhook = await startWebhook(t)

  const { socket } = await openConnection(t, webhook, { ALPNProtocols: ['h2', 'http/1.1'] })

  assert.equal(socket.alpnProtocol, 'http/1.1')
})

test('HTTP/2 preface without ALPN: 400 and closed', async (t) => {
  const webhook = await startWebhook(t)
  const connection = await openConnection(t, webhook)

  connection.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

  assert.match(await connection.closed(), /^HTTP\/1\.1 400 Bad Request\r\n/)
})

test('client without SNI: served', async (t) => {
  const webhook = await startWebhook(t)
  const connection = await openConnection(t, webhook, { servername: '' })

  connection.write(`${reviewHead({ 'content-length': '2' })}{}`)

  await connection.until(/^HTTP\/1\.1 200 /)
})

test('TLS below 1.2 is refused', async (t) => {
  const webhook = await startWebhook(t)
  const options = { host: '127.0.0.1', port: webhook.port, ca: webhook.ca, servername: 'localhost' }
  const socket: TLSSocket = connect({
    ...options,
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'ALL:@SECLEVEL=0',
  })
  t.after(() => socket.destroy())

  const [error] = await once(socket, 'error')

  assert.equal(error.code, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
})

test('plain HTTP on the webhook port: closed without an answer', async (t) => {
  const webhook = await startWebhook(t)

  const sent = request({ host: '127.0.0.1', port: webhook.port, path: '/validate', method: 'POST' })
  sent.end('{}')

  await assert.rejects(once(sent, 'response'))
})

test('no body: 400', async (t) => {
  const webhook = await startWebhook(t)

  for (const headers of [json, { ...json, 'content-length': 0 }, { ...json, 'transfer-encoding': 'chunked' }]) {
    assertRefused(await webhook.send('/validate', { headers, body: '' }), 400, /AdmissionReview/)
  }

  assert.deepEqual(webhook.turnedAway, ['malformed', 'malformed', 'malformed'])
})

test('unknown path or family: 404, nothing echoed', async (t) => {
  const webhook = await startWebhook(t)
  const paths = [
    '/',
    `/${secret}`,
    '/validate/',
    '/validate/unknown',
    '/validate/constructor',
    '/validate/default-route-hostname',
    '/mutate/route-hostname',
    '/Validate',
    '//validate',
    '/validate%2froute-hostname',
    `/%zz${secret}`,
    `/validate/${'a'.repeat(500)}`,
    '/metrics',
    '/readyz',
  ]

  for (const path of paths) {
    for (const method of ['POST', 'GET']) {
      assertRefused(await webhook.send(path, { method, headers: json, body: '' }), 404, /nothing at this path/)
    }
  }
})

test('other methods: 405 with Allow', async (t) => {
  const webhook = await startWebhook(t)

  for (const path of ['/validate', '/validate/route-hostname?timeout=5s', '/mutate']) {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      const answer = await webhook.send(path, { method, headers: {}, body: '' })
      assertRefused(answer, 405, /POST/)
      assert.equal(answer.headers.allow, 'POST')
    }
    const head = await webhook.send(path, { method: 'HEAD', headers: {}, body: '' })
    assert.equal(head.status, 405)
    assert.equal(head.body, '')
  }
})

test('a body behind a wrong path or method is not kept', async (t) => {
  const webhook = await startWebhook(t)
  const body = Buffer.alloc(4 * 1024 * 1024, secret)

  assertRefused(await webhook.send('/nothing', { body }), 404, /path/)
  assertRefused(await webhook.send('/validate', { method: 'PUT', body }), 405, /POST/)
})

test('bytes that are no HTTP, headers without measure: a fixed text, and closed', async (t) => {
  const webhook = await startWebhook(t)
  const noise = await openConnection(t, webhook)
  const large = await openConnection(t, webhook)

  noise.write(`${secret}\r\n\r\n`)
  large.write(reviewHead({ 'x-secret': secret.repeat(5_000) }))

  const received = [await noise.closed(), await large.closed()]
  assert.match(received[0] ?? '', /^HTTP\/1\.1 400 [\s\S]*\{"error":"this is not a valid HTTP\/1\.1 request"\}$/)
  assert.match(received[1] ?? '', /^HTTP\/1\.1 431 [\s\S]*\{"error":"the headers are too large"\}$/)
  for (const text of received) assert.doesNotMatch(text, new RegExp(secret))
  assert.deepEqual(webhook.turnedAway.toSorted(), ['malformed', 'too_large'])
})

test('reviews behind one another on one connection are answered in order', async (t) => {
  let count = 0
  const webhook = await startWebhook(t, { answer: () => ({ kind: 'answered', body: `{"n":${++count}}` }) })
  const connection = await openConnection(t, webhook)

  connection.write(`${reviewHead({ 'content-length': '2' })}{}`.repeat(3))

  await connection.until(/\{"n":1\}[\s\S]*\{"n":2\}[\s\S]*\{"n":3\}$/)
})

function assertRefused(answer: Answer, status: number, error: RegExp): void {
  assert.equal(answer.status, status)
  assert.equal(answer.headers['content-type'], 'application/json')
  const parsed: Record<string, unknown> = JSON.parse(answer.body)
  assert.deepEqual(Object.keys(parsed), ['error'])
  assert.match(String(parsed['error']), error)
  assert.doesNotMatch(JSON.stringify([answer.body, answer.headers]), /c2VjcmV0|stack|FST_/)
}
