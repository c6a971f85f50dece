import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { makeCertificate, writeKeyPair } from '../../test/support/certificate.ts'
import { checkPairOf, type KeyPairFiles, readPair } from './key-pair.ts'

function load(files: KeyPairFiles) {
  return checkPairOf(files, readPair(files), {})
}

test('a pair of files is served as it stands, with its validity', async (t) => {
  const issued = await makeCertificate({ now: new Date('2030-01-01T00:00:00Z'), days: 90 })
  const files = await writeKeyPair(t, issued)

  const pair = load(files)

  assert.equal(pair.cert, issued.cert)
  assert.equal(pair.key, issued.key)
  assert.equal(pair.notBefore.toISOString(), '2029-12-31T23:55:00.000Z')
  assert.equal(pair.notAfter.toISOString(), '2030-04-01T00:00:00.000Z')
})

test('a chain is served leaf first', async (t) => {
  const issued = await makeCertificate()
  const files = await writeKeyPair(t, { cert: issued.cert + issued.ca, key: issued.key })

  assert.equal(load(files).cert, issued.cert + issued.ca)
})

test('an expired certificate is loaded', async (t) => {
  const files = await writeKeyPair(t, await makeCertificate({ now: new Date('2020-01-01T00:00:00Z') }))

  assert.equal(load(files).notAfter.toISOString(), '2020-01-02T00:00:00.000Z')
})

test('a key of another certificate is refused by both file names', async (t) => {
  const { cert } = await makeCertificate()
  const { key } = await makeCertificate()
  const files = await writeKeyPair(t, { cert, key })

  assert.throws(() => load(files), messageWith(files.certFile, files.keyFile, 'does not belong'))
})

test('a CA in front of the leaf is refused', async (t) => {
  const issued = await makeCertificate()
  const files = await writeKeyPair(t, { cert: issued.ca + issued.cert, key: issued.key })

  assert.throws(() => load(files), messageWith('does not belong to the first certificate'))
})

test('a certificate that may not serve is refused: API servers would', async (t) => {
  const { cert, key } = await makeCertificate()
  const der = Buffer.from(cert.replaceAll(/-----.*-----|\s/g, ''), 'base64')
  // id-kp-serverAuth to id-kp-clientAuth.
  der.writeUInt8(2, der.indexOf('2b06010505070301', 'hex') + 7)
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
  const files = await writeKeyPair(t, { cert: pem, key })

  assert.throws(() => load(files), messageWith('does not let it serve TLS'))
})

test('what is missing, broken or oversized is refused by its file name', async (t) => {
  const issued = await makeCertificate()
  const files = await writeKeyPair(t, issued)
  const absent = `${files.certFile}.absent`
  const broken = `${files.certFile}.broken`
  const huge = `${files.certFile}.huge`
  await writeFile(broken, 'secret words that are no PEM')
  await writeFile(huge, 'x'.repeat(300_000))

  assert.throws(() => load({ ...files, certFile: absent }), messageWith(absent, 'there is no such file'))
  assert.throws(() => load({ ...files, keyFile: absent }), messageWith(absent, 'there is no such file'))
  assert.throws(() => load({ ...files, certFile: broken }), messageWith(broken, 'no PEM certificate'))
  assert.throws(() => load({ ...files, keyFile: broken }), messageWith(broken, 'private key'))
  assert.throws(() => load({ ...files, keyFile: huge }), messageWith(huge, 'larger than'))
})

test('an error never shows what is in a file', async (t) => {
  const files = await writeKeyPair(t, { cert: 'top secret', key: 'top secret' })

  assert.throws(
    () => load(files),
    (error: Error) => !error.message.includes('top secret'),
  )
})

function messageWith(...parts: readonly string[]): (error: unknown) => boolean {
  return (error) => error instanceof Error && parts.every((part) => error.message.includes(part))
}
