import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { inspectMaterials, type Inspection, type InspectionDemands, type Material } from './inspect.ts'
import { issueCertificate } from './issue.ts'

const at = new Date('2030-01-01T00:00:00Z')
const day = 86_400_000
const ca = await issueCertificate({ commonName: 'CA', ca: true, days: 100, now: at })
const leaf = await issueCertificate({
  commonName: 'Leaf',
  dnsNames: ['a.example.org', 'b.example.org'],
  ipAddresses: ['192.0.2.1'],
  issuer: ca,
  days: 10,
  now: at,
})
const other = await issueCertificate({ commonName: 'Other CA', ca: true, days: 100, now: at })

function inspect(files: Readonly<Record<string, string>>, demands: Partial<InspectionDemands> = {}): Inspection {
  const materials = Object.entries(files).map(([place, pem]): Material => ({ place, pem }))
  return inspectMaterials(materials, { at, ...demands })
}

function faultsOf({ certificates, keys, faults }: Inspection): string[] {
  return [
    ...[...certificates, ...keys].flatMap((each) => each.faults.map((fault) => `${each.place}: ${fault}`)),
    ...faults,
  ]
}

test('a leaf, its key and its CA are told apart and brought together', () => {
  const inspection = inspect({ 'tls.crt': leaf.cert, 'tls.key': leaf.key, 'ca.crt': ca.cert })

  const [first, second] = inspection.certificates
  assert.deepEqual(faultsOf(inspection), [])
  assert.deepEqual(
    { ...first, serial: first?.serial.length },
    {
      place: 'tls.crt',
      role: 'leaf',
      subject: 'CN=Leaf',
      issuer: 'CN=CA',
      names: ['a.example.org', 'b.example.org', '192.0.2.1'],
      serial: 32,
      notBefore: new Date(at.getTime() - 300_000),
      notAfter: new Date(at.getTime() + 10 * day),
      daysLeft: 10,
      key: 'ECDSA P-256',
      keyPlace: 'tls.key',
      chain: ['CN=Leaf', 'CN=CA'],
      faults: [],
    },
  )
  assert.deepEqual([second?.role, second?.chain, second?.keyPlace], ['CA', ['CN=CA'], undefined])
  assert.deepEqual(inspection.keys, [{ place: 'tls.key', key: 'ECDSA P-256', belongsTo: ['tls.crt'], faults: [] }])
})

test('a leaf alone is not verified, which is nothing wrong', () => {
  const inspection = inspect({ 'tls.crt': leaf.cert })

  assert.deepEqual(faultsOf(inspection), [])
  assert.equal(inspection.certificates[0]?.chain, undefined)
})

test('a chain in one file is verified, and counted', () => {
  const inspection = inspect({ 'tls.crt': leaf.cert + ca.cert })

  assert.deepEqual(
    inspection.certificates.map(({ place, chain }) => [place, chain?.length]),
    [
      ['tls.crt, certificate 1', 2],
      ['tls.crt, certificate 2', 1],
    ],
  )
})

test('a chain that leads to no CA among the files is a fault', () => {
  const inspection = inspect({ 'tls.crt': leaf.cert, 'ca.crt': other.cert })

  assert.deepEqual(faultsOf(inspection), ['tls.crt: no CA among what was looked at has signed it'])
})

test('validity counts at the moment of the inspection', () => {
  const late = inspect({ 'tls.crt': leaf.cert }, { at: new Date(at.getTime() + 10 * day) })
  const early = inspect({ 'tls.crt': leaf.cert }, { at: new Date(at.getTime() - day) })

  assert.deepEqual(faultsOf(late), ['tls.crt: it has expired'])
  assert.deepEqual(faultsOf(early), ['tls.crt: it is not valid yet'])
})

test('a key of another certificate belongs to none', () => {
  const inspection = inspect({ 'tls.crt': leaf.cert, 'tls.key': other.key })

  assert.deepEqual(faultsOf(inspection), ['tls.key: it belongs to none of the certificates'])
})

test('a leaf behind its CA is not what is served', () => {
  const inspection = inspect({ 'tls.crt': ca.cert + leaf.cert, 'tls.key': leaf.key })

  assert.deepEqual(faultsOf(inspection), [
    'tls.crt, certificate 2: it must come first in its file: only the first is served',
  ])
})

test('names that must be covered and are not are named', () => {
  const requiredNames = ['a.example.org', 'c.example.org', '192.0.2.1', '192.0.2.2']

  const inspection = inspect({ 'tls.crt': leaf.cert, 'ca.crt': ca.cert }, { requiredNames })

  assert.deepEqual(faultsOf(inspection), [
    "tls.crt: it does not cover 'c.example.org'",
    "tls.crt: it does not cover '192.0.2.2'",
  ])
})

test('a leaf without names is called by nobody', async () => {
  const { cert } = await issueCertificate({ commonName: 'a.example.org', days: 1, now: at })

  const inspection = inspect({ 'tls.crt': cert }, { requiredNames: ['a.example.org'] })

  assert.deepEqual(faultsOf(inspection), [
    'tls.crt: it has no subject alternative name, and an API server looks at nothing else',
    "tls.crt: it does not cover 'a.example.org'",
  ])
})

test('what cannot be read is told by its place', () => {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
  })

  const inspection = inspect({
    'encrypted.key': privateKey,
    'half.crt': leaf.cert.slice(0, 200),
    'half.key': leaf.key.slice(0, 60),
    'text.crt': 'nothing of the kind',
  })

  assert.deepEqual(faultsOf(inspection), [
    'text.crt: there is no PEM in it',
    'half.crt: something in it is neither a certificate nor an unencrypted private key',
    'half.key: something in it is neither a certificate nor an unencrypted private key',
    'encrypted.key: there is a private key that cannot be read; it may be encrypted',
  ])
})

test('no key is in what is said', () => {
  const inspection = inspect({ 'tls.crt': leaf.cert, 'tls.key': leaf.key })

  assert.doesNotMatch(JSON.stringify(inspection), /PRIVATE|MIG/)
})
