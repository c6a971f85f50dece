/** `gatehouse certs`, run as a person runs it. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { issueCertificate } from '../../src/tls/issue.ts'
import { runGatehouse } from '../support/run-gatehouse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-certs-'))
after(() => rmSync(folder, { recursive: true }))

const service = 'gatehouse-admission.gatehouse.svc'
let folders = 0

const Issued = z.strictObject({
  files: z.record(z.string(), z.string()),
  notAfter: z.string(),
  caNotAfter: z.string(),
  caBundle: z.string(),
})
const Inspected = z.looseObject({
  ok: z.boolean(),
  certificates: z.array(z.looseObject({ place: z.string(), role: z.string(), faults: z.array(z.string()) })),
  keys: z.array(z.looseObject({ place: z.string(), belongsTo: z.array(z.string()) })),
  faults: z.array(z.string()),
})

function newFolder(): string {
  return join(folder, `new-${folders++}`, 'deeper')
}

async function issue(...more: readonly string[]): Promise<string> {
  const out = newFolder()
  const { code, stderr } = await runGatehouse(['certs', 'issue', '--out', out, '--name', service, ...more])
  assert.deepEqual([code, stderr], [0, ''])
  return out
}

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8')
}

test('issue writes a CA and a leaf, keys for their owner alone, and the caBundle of a registration', async () => {
  const out = newFolder()

  const { code, stdout, stderr } = await runGatehouse([
    'certs',
    'issue',
    `--out=${out}`,
    `--name=${service}`,
    '--name=localhost',
    '--ip=127.0.0.1',
    '--ip=::1',
    '--days=30',
  ])

  const ca = new X509Certificate(read(out, 'ca.crt'))
  const leaf = new X509Certificate(read(out, 'tls.crt'))
  const modes = ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'].map((name) => statSync(join(out, name)).mode & 0o777)
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(modes, [0o644, 0o600, 0o644, 0o600])
  assert.equal(leaf.verify(ca.publicKey), true)
  assert.equal(leaf.subjectAltName, `DNS:${service}, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`)
  assert.equal(Math.round((leaf.validToDate.getTime() - Date.now()) / 86_400_000), 30)
  assert.equal(Math.round((ca.validToDate.getTime() - Date.now()) / 86_400_000), 3650)
  assert.match(stdout, new RegExp(`tls\\.crt +the certificate for .*, until ${leaf.validToDate.toISOString()}\n`))
  assert.match(stdout, new RegExp(`\n {2}caBundle: ${Buffer.from(read(out, 'ca.crt')).toString('base64')}\n$`))
  assert.doesNotMatch(stdout, /PRIVATE/)
})

test('issue says the same to machines', async () => {
  const out = newFolder()

  const { stdout } = await runGatehouse(['certs', 'issue', '--out', out, '--name', service, '-o', 'json'])

  const { files, notAfter, caNotAfter, caBundle } = Issued.parse(JSON.parse(stdout))
  assert.deepEqual(Object.keys(files), ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'])
  assert.equal(notAfter, new X509Certificate(read(out, 'tls.crt')).validToDate.toISOString())
  assert.equal(caNotAfter, new X509Certificate(read(out, 'ca.crt')).validToDate.toISOString())
  assert.equal(Buffer.from(caBundle, 'base64').toString(), read(out, 'ca.crt'))
})

test('issue replaces nothing unless it is told to', async () => {
  const out = await issue()
  const before = read(out, 'tls.crt')
  const again = ['certs', 'issue', '--out', out, '--name', service]

  const refused = await runGatehouse(again)
  const kept = read(out, 'tls.crt')
  const forced = await runGatehouse([...again, '--force'])

  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /'.*ca\.crt', .*'.*tls\.key' are there already; --force replaces what is there\n$/)
  assert.equal(kept, before)
  assert.equal(forced.code, 0)
  assert.notEqual(read(out, 'tls.crt'), before)
  assert.equal(statSync(join(out, 'tls.key')).mode & 0o777, 0o600)
})

test('issue signs with a CA that is there, and leaves its key where it is', async () => {
  const first = await issue()
  const [cert, key] = [join(first, 'ca.crt'), join(first, 'ca.key')]

  const second = await issue('--ca-cert', cert, '--ca-key', key)

  const leaf = new X509Certificate(read(second, 'tls.crt'))
  assert.equal(leaf.verify(new X509Certificate(read(cert)).publicKey), true)
  assert.equal(read(second, 'ca.crt'), read(cert))
  assert.throws(() => statSync(join(second, 'ca.key')))
})

test('issue refuses a CA that cannot sign, or that ends too soon', async () => {
  const first = await issue()
  const [cert, key] = [join(first, 'ca.crt'), join(first, 'ca.key')]
  const ask = ['certs', 'issue', '--out', newFolder(), '--name', service]
  const short = await issueCertificate({ commonName: 'Short', ca: true, days: 5, now: new Date() })
  writeFileSync(join(first, 'short.crt'), short.cert)
  writeFileSync(join(first, 'short.key'), short.key)

  const [leaf, strange, brief, absent] = await Promise.all([
    runGatehouse([...ask, '--ca-cert', join(first, 'tls.crt'), '--ca-key', join(first, 'tls.key')]),
    runGatehouse([...ask, '--ca-cert', cert, '--ca-key', join(first, 'tls.key')]),
    runGatehouse([...ask, '--ca-cert', join(first, 'short.crt'), '--ca-key', join(first, 'short.key')]),
    runGatehouse([...ask, '--ca-cert', join(first, 'absent'), '--ca-key', key]),
  ])

  assert.deepEqual(
    [leaf, strange, brief, absent].map(({ code }) => code),
    [2, 2, 2, 2],
  )
  assert.match(leaf.stderr, /cannot sign: The issuer is no CA\n$/)
  assert.match(strange.stderr, /cannot sign: The key of the issuer is not that of its certificate\n$/)
  assert.match(brief.stderr, /ends at .*, before the certificate would; write --days 4\n$/)
  assert.match(absent.stderr, /absent: 1 fault:\n- cannot be read: there is no such file\n$/)
})

test('every fault of an order is told at once', async () => {
  const { code, stderr } = await runGatehouse([
    'certs',
    'issue',
    '--name=not a name',
    '--ip=300.1.1.1',
    '--ip=fe80::1%eth0',
    '--days=1.5',
    '--ca-key=k',
  ])

  assert.equal(code, 2)
  assert.deepEqual(stderr.split('\n').slice(0, 7), [
    'gatehouse certs: 6 faults:',
    '- --out DIR is required',
    '- --name must be a DNS name, not "not a name"',
    '- --ip must be an IP address, not "300.1.1.1"',
    '- --ip must be an IP address, not "fe80::1%eth0"',
    '- --days must be a whole number from 1 to 36500, not "1.5"',
    '- --ca-cert and --ca-key go together',
  ])
})

test('certs without a word, or with a wrong one, says what there is', async () => {
  const [none, wrong, nothing] = await Promise.all([
    runGatehouse(['certs']),
    runGatehouse(['certs', 'inspekt']),
    runGatehouse(['certs', 'inspect']),
  ])

  assert.deepEqual([none.code, wrong.code, nothing.code], [2, 2, 2])
  assert.match(none.stderr, /^gatehouse certs: say 'issue' or 'inspect'\n/)
  assert.match(wrong.stderr, /"inspekt" is neither 'issue' nor 'inspect'; did you mean 'inspect'\?\n/)
  assert.match(nothing.stderr, /^gatehouse certs: FILE is required\n/)
})

test('inspect shows what was issued, and finds nothing wrong', async () => {
  const out = await issue('--days', '30')
  const files = ['ca.crt', 'tls.crt', 'tls.key'].map((name) => join(out, name))

  const { code, stdout, stderr } = await runGatehouse(['certs', 'inspect', ...files, '--name', service])

  const { serialNumber } = new X509Certificate(read(out, 'tls.crt'))
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /ca\.crt: CA CN=Gatehouse CA \d{4}-\d\d-\d\d\n/)
  assert.match(stdout, new RegExp(`tls\\.crt: leaf CN=Gatehouse\n {2}names +${service}\n`))
  assert.match(stdout, new RegExp(`\n {2}serial +${serialNumber}\n`))
  assert.match(stdout, /\n {2}valid .* \(29 days left\)\n/)
  assert.match(stdout, /\n {2}key +ECDSA P-256; private key in .*tls\.key\n/)
  assert.match(stdout, /\n {2}chain +CN=Gatehouse < CN=Gatehouse CA .*\n/)
  assert.match(stdout, /\n\n2 certificates, 1 key: nothing wrong\n$/)
  assert.doesNotMatch(stdout, /PRIVATE/)
})

test('inspect ends with 1 where something is wrong, and says what', async () => {
  const [one, two] = [await issue(), await issue()]
  const files = [join(one, 'tls.crt'), join(two, 'tls.key'), join(two, 'ca.crt')]

  const { code, stdout } = await runGatehouse(['certs', 'inspect', ...files, '--name', 'other.svc'])

  assert.equal(code, 1)
  assert.match(stdout, /\n {2}wrong: no CA among what was looked at has signed it\n/)
  assert.match(stdout, /\n {2}wrong: it does not cover 'other\.svc'\n/)
  assert.match(stdout, /\n {2}wrong: it belongs to none of the certificates\n/)
  assert.match(stdout, /\n2 certificates, 1 key: 3 faults\n$/)
})

test('inspect reads Secrets and registrations as kubectl prints them', async () => {
  const out = await issue()
  const base64 = (name: string) => Buffer.from(read(out, name)).toString('base64')
  const webhook = { clientConfig: { caBundle: base64('ca.crt') } }
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'gatehouse-tls' },
        data: { 'tls.crt': base64('tls.crt'), 'tls.key': base64('tls.key'), note: base64('ca.crt').slice(0, 8) },
      },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'gatehouse' },
        webhooks: [webhook, webhook],
      },
    ],
  }

  const { code, stdout } = await runGatehouse(['certs', 'inspect', '-', '-o', 'json'], { input: JSON.stringify(list) })

  const { ok, certificates, keys, faults } = Inspected.parse(JSON.parse(stdout))
  assert.deepEqual([code, ok, faults], [0, true, []])
  assert.deepEqual(
    certificates.map(({ place, role }) => [place, role]),
    [
      ['stdin, Secret gatehouse-tls, tls.crt', 'leaf'],
      ['stdin, ValidatingWebhookConfiguration gatehouse, caBundle', 'CA'],
    ],
  )
  assert.deepEqual(keys[0]?.belongsTo, ['stdin, Secret gatehouse-tls, tls.crt'])
})

test('inspect reads a Secret written by hand', async () => {
  const out = await issue()
  const indented = (name: string) => read(out, name).trimEnd().replaceAll('\n', '\n    ')
  const input = `apiVersion: v1
kind: Secret
metadata: {name: by-hand}
stringData:
  tls.crt: |
    ${indented('tls.crt')}
  tls.key: garbage
`

  const { code, stdout } = await runGatehouse(['certs', 'inspect', '-'], { input })

  assert.equal(code, 1)
  assert.match(stdout, /^stdin, Secret by-hand, tls\.crt: leaf CN=Gatehouse\n/)
  assert.match(stdout, /\nwrong: stdin, Secret by-hand, tls\.key: there is no PEM in it\n/)
})

test('what is no certificate at all is bad input', async () => {
  const text = join(folder, 'text.crt')
  writeFileSync(text, 'kind: ConfigMap\napiVersion: v1\n')

  const { code, stdout, stderr } = await runGatehouse(['certs', 'inspect', text, join(folder, 'absent')])

  assert.deepEqual([code, stdout], [2, ''])
  assert.match(stderr, /text\.crt: there is neither PEM in it nor a Secret with any\n/)
  assert.match(stderr, /absent: .*there is no such file\n$/)
})

test('a subject cannot steer the terminal', async () => {
  const { cert } = await issueCertificate({ commonName: 'red \u001b[31m', dnsNames: ['a'], days: 1, now: new Date() })
  const file = join(folder, 'hostile.crt')
  writeFileSync(file, cert)

  const { stdout } = await runGatehouse(['certs', 'inspect', file])

  assert.equal(stdout.includes('\u001b'), false)
})
