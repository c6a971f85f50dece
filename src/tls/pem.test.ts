import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCertificate } from '../../test/support/certificate.ts'
import { joinCertificates, readCertificates } from './pem.ts'

test('certificates are read in their order, whatever stands between them', async () => {
  const { cert, ca } = await makeCertificate()

  const { certificates, isClean } = readCertificates(
    `the leaf\n${cert}\r\n# and its CA\n${ca.replaceAll('\n', '\r\n')}`,
  )

  assert.deepEqual(
    certificates.map((certificate) => certificate.ca),
    [false, true],
  )
  assert.equal(isClean, true)
})

test('what is no certificate is left out and told of', async () => {
  const { cert, key } = await makeCertificate()
  const broken = cert.replace(/\n.{8}/, '\n########')

  for (const text of [broken, cert.slice(0, 200), `${cert}-----BEGIN CERTIFICATE-----\n`, cert + key]) {
    const { certificates, isClean } = readCertificates(text)

    assert.equal(isClean, false)
    assert.equal(certificates.length, text.startsWith(cert) ? 1 : 0)
  }
})

test('nothing is clean and empty', () => {
  assert.deepEqual(readCertificates(''), { certificates: [], isClean: true })
})

test('joined certificates are there once each', async () => {
  const { cert, ca } = await makeCertificate()
  const { certificates } = readCertificates(cert + ca + cert)

  assert.equal(joinCertificates(certificates), cert + ca)
})
