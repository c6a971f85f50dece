import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { issueCertificate } from './issue.ts'

const now = new Date('2026-03-04T05:06:07Z')

test('a leaf verifies against the CA that signed it, and not against another', async () => {
  const ca = await issueCertificate({ commonName: 'Test CA', ca: true, days: 3650, now })
  const other = await issueCertificate({ commonName: 'Test CA', ca: true, days: 3650, now })

  const leaf = await issueCertificate({ commonName: 'shop', dnsNames: ['shop.example.org'], issuer: ca, days: 90, now })

  const parsed = new X509Certificate(leaf.cert)
  assert.equal(parsed.verify(new X509Certificate(ca.cert).publicKey), true)
  assert.equal(parsed.verify(new X509Certificate(other.cert).publicKey), false)
  assert.equal(parsed.checkIssued(new X509Certificate(ca.cert)), true)
  assert.equal(parsed.checkIssued(new X509Certificate(other.cert)), false, 'its key identifier names another key')
})

test('a certificate says what it was asked to say', async () => {
  const ca = new X509Certificate((await issueCertificate({ commonName: 'Test CA', ca: true, days: 3650, now })).cert)
  const leaf = new X509Certificate(
    (
      await issueCertificate({
        commonName: 'shop',
        dnsNames: ['shop.example.org', '*.example.org'],
        ipAddresses: ['127.0.0.1', '2001:db8::1', '::', '::ffff:192.0.2.1', '1:2:3:4:5:6:7:8'],
        days: 90,
        now,
      })
    ).cert,
  )

  assert.equal(leaf.subject, 'CN=shop')
  assert.equal(leaf.issuer, 'CN=shop')
  assert.equal(
    leaf.subjectAltName,
    [
      'DNS:shop.example.org',
      'DNS:*.example.org',
      'IP Address:127.0.0.1',
      'IP Address:2001:DB8:0:0:0:0:0:1',
      'IP Address:0:0:0:0:0:0:0:0',
      'IP Address:0:0:0:0:0:FFFF:C000:201',
      'IP Address:1:2:3:4:5:6:7:8',
    ].join(', '),
  )
  assert.equal(leaf.ca, false)
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(leaf.validFromDate.toISOString(), '2026-03-04T05:01:07.000Z')
  assert.equal(leaf.validToDate.toISOString(), '2026-06-02T05:06:07.000Z')
  assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.equal(ca.ca, true)
  assert.equal(ca.keyUsage, undefined)
})

test('serials are positive, long and never the same', async () => {
  const issued = await Promise.all(
    Array.from({ length: 20 }, () => issueCertificate({ commonName: 'shop', days: 1, now })),
  )

  const serials = issued.map(({ cert }) => new X509Certificate(cert).serialNumber)

  assert.equal(new Set(serials).size, serials.length)
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/)
})

test('a validity beyond 2049 is written with four digits', async () => {
  const { cert } = await issueCertificate({ commonName: 'Test CA', ca: true, days: 36_500, now })

  assert.equal(new X509Certificate(cert).validToDate.getUTCFullYear(), 2126)
})

test('a client that trusts the CA completes a handshake by name and by address', async (t) => {
  const at = new Date()
  const ca = await issueCertificate({ commonName: 'Test CA', ca: true, days: 10, now: at })
  const names = { dnsNames: ['shop.example.org'], ipAddresses: ['127.0.0.1'] }
  const leaf = await issueCertificate({ commonName: 'shop', ...names, issuer: ca, days: 1, now: at })
  const server = createServer({ cert: leaf.cert, key: leaf.key }, (socket) => socket.end()).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address !== null && typeof address !== 'string')

  for (const servername of ['shop.example.org', '']) {
    const client: TLSSocket = connect({ port: address.port, host: '127.0.0.1', servername, ca: ca.cert })
    await once(client, 'secureConnect')

    assert.equal(client.authorized, true)
    client.destroy()
  }
})

test('what cannot sign is refused as an issuer', async () => {
  const ca = await issueCertificate({ commonName: 'Test CA', ca: true, days: 10, now })
  const other = await issueCertificate({ commonName: 'Test CA', ca: true, days: 10, now })
  const leaf = await issueCertificate({ commonName: 'shop', issuer: ca, days: 10, now })
  const ask = { commonName: 'shop', days: 1, now }

  await assert.rejects(issueCertificate({ ...ask, issuer: leaf }), /The issuer is no CA/)
  await assert.rejects(
    issueCertificate({ ...ask, issuer: { ...ca, key: other.key } }),
    /is not that of its certificate/,
  )
})

test('names that fit into no certificate are refused', async () => {
  await assert.rejects(issueCertificate({ commonName: 'x'.repeat(65), days: 1, now }), RangeError)
  await assert.rejects(issueCertificate({ commonName: '', days: 1, now }), RangeError)
  await assert.rejects(issueCertificate({ commonName: 'shop', ipAddresses: ['example.org'], days: 1, now }), RangeError)
  await assert.rejects(
    issueCertificate({ commonName: 'shop', dnsNames: ['münchen.example'], days: 1, now }),
    RangeError,
  )
})

test('a certificate of minutes has most of its life before it', async () => {
  const { cert } = await issueCertificate({ commonName: 'shop', lifetimeMs: 60_000, now })

  const { validFromDate, validToDate } = new X509Certificate(cert)
  assert.equal(validFromDate.toISOString(), '2026-03-04T05:06:01.000Z')
  assert.equal(validToDate.toISOString(), '2026-03-04T05:07:07.000Z')
})
