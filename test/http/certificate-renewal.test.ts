/** The whole server follows its mounted certificate: log, metrics and readiness say what became of it. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeCertificate, type TestCertificate } from '../support/certificate.ts'
import { openConnection } from '../support/raw-connection.ts'
import { runGatehouse } from '../support/run-gatehouse.ts'
import { mountSecret, type SecretVolume } from '../support/secret-volume.ts'
import { type ServeProcess, startServe, writeConfig } from '../support/serve-process.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'

const facts = { source: 'file', path: 'namespaces.yaml' }
const tls = {
  certificate: { certFile: 'secret/tls.crt', keyFile: 'secret/tls.key', requiredNames: ['localhost', '127.0.0.1'] },
}

function secretOf({ cert, key, ca }: TestCertificate) {
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca }
}

async function mount(folder: string, issued: TestCertificate): Promise<SecretVolume> {
  await mkdir(join(folder, 'secret'))
  await writeFile(join(folder, 'namespaces.yaml'), 'apiVersion: v1\nkind: List\nitems: []\n')
  return mountSecret(join(folder, 'secret'), secretOf(issued))
}

async function start(t: TestContext, issued: TestCertificate): Promise<ServeProcess & { volume: SecretVolume }> {
  let volume: SecretVolume | undefined
  const prepare = async (folder: string): Promise<void> => {
    volume = await mount(folder, issued)
  }
  const serve = await startServe(t, { facts, tls }, { prepare })
  assert.ok(volume !== undefined)
  return { ...serve, volume }
}

async function readMetric(serve: ServeProcess, series: string): Promise<number> {
  const { text } = await serve.health('/metrics')
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return Number(line?.slice(series.length))
}

test('a renewed certificate is served, logged and counted; a broken one is logged once and counted once', async (t) => {
  const [before, after] = [await makeCertificate(), await makeCertificate({ days: 30 })]
  const serve = await start(t, before)
  const expiry = await readMetric(serve, 'gatehouse_certificate_expiry_timestamp_seconds')

  serve.volume.swap(secretOf(after))
  const swapped = await serve.logged('Swapped the certificate')
  serve.volume.swap({ ...secretOf(after), 'tls.key': before.key })
  const kept = await serve.logged('Kept the last good certificate')
  const { socket } = await openConnection(t, { port: serve.port, ca: after.ca })

  const end = new X509Certificate(after.cert).validToDate
  assert.equal(expiry, new X509Certificate(before.cert).validToDate.getTime() / 1000)
  assert.equal(swapped['notAfter'], end.toISOString())
  assert.match(String(kept['error']), /the private key does not belong to the first certificate$/)
  assert.doesNotMatch(JSON.stringify(serve.lines), /PRIVATE KEY/)
  assert.equal(socket.getPeerX509Certificate()?.fingerprint256, new X509Certificate(after.cert).fingerprint256)
  assert.equal(await readMetric(serve, 'gatehouse_certificate_reloads_total{result="success"}'), 1)
  assert.equal(await readMetric(serve, 'gatehouse_certificate_reloads_total{result="invalid"}'), 1)
  assert.equal(await readMetric(serve, 'gatehouse_certificate_expiry_timestamp_seconds'), end.getTime() / 1000)
  assert.equal((await serve.health('/readyz')).status, 200, 'what is served is good')
})

test('an expired certificate is not ready until a renewed one is mounted', async (t) => {
  const [before, after] = [await makeCertificate({ now: new Date('2020-01-01T00:00:00Z') }), await makeCertificate()]
  const serve = await start(t, before)

  const expired = await serve.health('/readyz')
  serve.volume.swap(secretOf(after))
  await serve.logged('Swapped the certificate')
  const renewed = await serve.health('/readyz')

  assert.deepEqual([expired.status, renewed.status], [503, 200])
  assert.match(expired.text, /2020-01-02T00:00:00\.000Z/)
})

test('a certificate without a required name is refused at start, with exit code 1', async (t) => {
  const folder = await makeTemporaryFolder(t)
  await mount(folder, await makeCertificate())
  const requiredNames = ['localhost', 'gatehouse-admission.gatehouse.svc']
  await writeConfig(folder, { facts, tls: { certificate: { ...tls.certificate, requiredNames } } })

  const { code, stdout, stderr } = await runGatehouse(['serve', '--config', join(folder, 'gatehouse.yaml')])

  assert.deepEqual([code, stdout], [1, ''])
  assert.match(stderr, /^gatehouse serve: The pair of '.*tls\.crt' and '.*tls\.key' cannot be served: /)
  assert.match(stderr, /: the certificate does not cover 'gatehouse-admission\.gatehouse\.svc'\n$/)
})
