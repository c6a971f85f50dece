import assert from 'node:assert/strict'
import dns from 'node:dns'
import { createServer } from 'node:tls'
import { test, type TestContext } from 'node:test'
import { type IssuedCertificate, issueCertificate } from '../tls/issue.ts'
import { createHandshakeProbe } from './handshakes.ts'

const { signal } = new AbortController()
const service = { name: 'gatehouse-admission', namespace: 'ns' }
const now = new Date()
const lifetimeMs = 3_600_000

function issueCa(commonName: string, issuer?: IssuedCertificate): Promise<IssuedCertificate> {
  return issueCertificate({ commonName, ca: true, lifetimeMs, now, ...(issuer === undefined ? {} : { issuer }) })
}

/** Serves a leaf for these names behind the Service's name, and looks at it as `serverName`. */
async function serve(t: TestContext, serverName: string, issuer: IssuedCertificate, sent = '') {
  const dnsNames = ['gatehouse-admission.ns.svc', 'gatehouse.example.org']
  const leaf = await issueCertificate({
    commonName: 'leaf',
    dnsNames,
    ipAddresses: ['192.0.2.1'],
    issuer,
    lifetimeMs,
    now,
  })
  const server = createServer({ cert: leaf.cert + sent, key: leaf.key })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const asked: string[] = []
  t.mock.method(dns, 'lookup', (name: string, _: unknown, callback: (...answer: readonly unknown[]) => void) => {
    asked.push(name)
    callback(null, [{ address: '127.0.0.1', family: 4 }])
  })
  const { port } = address
  return { probe: createHandshakeProbe({ podPort: port, service: { ...service, port }, serverName }), asked }
}

for (const serverName of ['gatehouse-admission.ns.svc', 'gatehouse.example.org', '192.0.2.1']) {
  test(`the Service is verified for ${serverName}, which API servers call`, async (t) => {
    const ca = await issueCa('ca')
    const { probe, asked } = await serve(t, serverName, ca)

    const { serial } = await probe.verifyService(ca.cert, signal)

    assert.equal(serial, await probe.readSerial('127.0.0.1', signal))
    assert.deepEqual(asked, ['gatehouse-admission.ns.svc'])
  })
}

for (const serverName of ['other.example.org', '192.0.2.2']) {
  test(`a certificate that is not for ${serverName} is refused`, async (t) => {
    const ca = await issueCa('ca')
    const { probe } = await serve(t, serverName, ca)

    await assert.rejects(probe.verifyService(ca.cert, signal), /No handshake with .*altnames/)
  })
}

test('a bundle may hold an intermediate CA without its root, as for the API server, and no stranger', async (t) => {
  const intermediate = await issueCa('intermediate', await issueCa('root'))
  const { probe } = await serve(t, 'gatehouse.example.org', intermediate, intermediate.cert)

  const { notAfter } = await probe.verifyService(intermediate.cert, signal)

  assert.ok(notAfter > now)
  await assert.rejects(probe.verifyService((await issueCa('stranger')).cert, signal), /No handshake/)
})
