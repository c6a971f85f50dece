/** Certificates with a byte that is wrong: some still parse, and then throw at the first question that is asked. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { RotationCluster } from '../../test/support/rotation-cluster.ts'
import { checkKeyPair, PairError } from './check-pair.ts'
import { inspectMaterials } from './inspect.ts'
import { type IssuedCertificate, issueCertificate } from './issue.ts'

const now = new Date('2030-01-01T00:00:00Z')
const ca = await issueCertificate({ commonName: 'CA', ca: true, days: 100, now })
const leaf = await issueCertificate({ commonName: 'Leaf', dnsNames: ['a.example'], issuer: ca, days: 10, now })

function garbled({ cert }: IssuedCertificate): fc.Arbitrary<string> {
  const { raw } = new X509Certificate(cert)
  return fc.tuple(fc.nat({ max: raw.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
    const bytes = Buffer.from(raw)
    bytes.writeUInt8(bytes.readUInt8(at) ^ change, at)
    return `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`
  })
}

test('a pair with a garbled certificate is good or refused, and nothing else', () => {
  fc.assert(
    fc.property(garbled(leaf), garbled(ca), fc.boolean(), (cert, badCa, isLeaf) => {
      const pair = { cert: isLeaf ? cert : leaf.cert, key: leaf.key, ca: isLeaf ? ca.cert : badCa }

      try {
        checkKeyPair(pair, { requiredNames: ['a.example'], at: now })
      } catch (error) {
        assert.ok(error instanceof PairError, String(error))
      }
    }),
    { numRuns: 400 },
  )
})

test('garbled certificates can be inspected', () => {
  fc.assert(
    fc.property(garbled(leaf), garbled(ca), (cert, badCa) => {
      const materials = [cert, leaf.key, badCa, ca.cert].map((pem, at) => ({ place: `file ${at}`, pem }))

      const { certificates } = inspectMaterials(materials, { at: now, requiredNames: ['a.example'] })

      JSON.stringify(certificates)
    }),
    { numRuns: 400 },
  )
})

test('garbled certificates in the Secrets and in a bundle are replaced', async () => {
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))), async (changes) => {
      const cluster = new RotationCluster()
      await cluster.converge()
      const spoil = (pem = ''): string => {
        const { raw } = new X509Certificate(pem)
        const [at, change] = changes.next().value
        raw.writeUInt8(raw.readUInt8(at % raw.length) ^ change, at % raw.length)
        return `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`
      }
      const bundle = cluster.registrations[0]?.caBundle ?? ''
      cluster.caSecret = { ...cluster.caSecret, 'tls.crt': spoil(bundle), 'previous.crt': spoil(bundle) }
      cluster.tlsSecret = {
        ...cluster.tlsSecret,
        'tls.crt': spoil(cluster.tlsSecret?.['tls.crt']),
        'ca.crt': spoil(bundle),
      }
      cluster.publish('validating', bundle + spoil(bundle))

      await cluster.converge()

      assert.deepEqual(cluster.listUncovered(cluster.now), [])
      assert.equal(cluster.registrations[0]?.caBundle, cluster.caSecret['tls.crt'])
    }),
    { numRuns: 50 },
  )
})
