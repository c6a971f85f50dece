/** What the webhook port serves, and what it goes on to serve after a swap (reference/tls.md 5). */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { makeCertificate } from '../support/certificate.ts'
import { openConnection, reviewHead } from '../support/raw-connection.ts'
import { startWebhook } from '../support/webhook.ts'

test('an expired certificate is served', async (t) => {
  const issued = await makeCertificate({ now: new Date('2020-01-01T00:00:00Z') })
  const webhook = await startWebhook(t, { issued })

  const connection = await openConnection(t, webhook, { rejectUnauthorized: false })
  connection.write(`${reviewHead({ 'content-length': '2' })}{}`)

  await connection.until(/^HTTP\/1\.1 200 /)
  assert.equal(connection.socket.authorized, false)
  assert.equal(String(connection.socket.authorizationError), 'CERT_HAS_EXPIRED')
})

test('a swapped pair serves new connections and leaves the open ones alone', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate()]
  let issued = before
  let notify = () => {}
  const certificate = {
    current: () => ({ ...issued, notBefore: new Date(0), notAfter: new Date(8.64e15) }),
    onChange(listener: () => void) {
      notify = listener
      return () => {}
    },
  }
  const webhook = await startWebhook(t, { certificate })
  const kept = await openConnection(t, { port: webhook.port, ca: before.ca })

  issued = after
  notify()
  const fresh = await openConnection(t, { port: webhook.port, ca: after.ca })
  kept.write(`${reviewHead({ 'content-length': '2' })}{}`)

  await kept.until(/^HTTP\/1\.1 200 /)
  assert.equal(fresh.socket.getPeerX509Certificate()?.fingerprint256, new X509Certificate(after.cert).fingerprint256)
})
