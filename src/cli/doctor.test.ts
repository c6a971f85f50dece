import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeInstallation, webhook } from '../../test/support/fake-installation.ts'
import type { KubeClient, KubeRequest } from '../cluster/kube-client.ts'
import { KubeError } from '../cluster/kube-error.ts'
import { parseConfig } from '../config/load.ts'
import type { LiveConfiguration } from '../coverage/live.ts'
import type { HandshakeProbe, SecretStore } from '../reconcile/installation-ports.ts'
import type { StoredLease } from '../reconcile/ports.ts'
import { issueCertificate } from '../tls/issue.ts'
import { examineCertificates } from './doctor-certificates.ts'
import { examineController } from './doctor-controller.ts'
import { examineFacts } from './doctor-facts.ts'
import type { Finding } from './doctor-finding.ts'
import { examineReachability } from './doctor-reachability.ts'
import { renderFindings } from './doctor-text.ts'

const { signal } = new AbortController()
const hour = 3_600_000
const config = parseConfig(Buffer.from('{}'), 'x.yaml', {})

function namespace(name: string, labels: Readonly<Record<string, string>> = {}, terminating = false) {
  return { name, labels, terminating }
}
function host(name: string, apex: string) {
  return namespace(name, { 'namespace.cozystack.io/host': apex })
}

test('facts: tenants with an apex each are fine, and others do not count', () => {
  const findings = examineFacts(
    [
      host('tenant-a', 'a.example.org'),
      host('tenant-b', 'b.example.org'),
      namespace('default'),
      namespace('tenant-c', {}, true),
    ],
    config.settings,
  )

  assert.deepEqual(
    findings.map(({ status, text }) => [status, text]),
    [['ok', "2 namespaces of tenants ('tenant-…') with an apex each"]],
  )
})

test('facts: missing, empty, malformed and shared labels are a line each, with the names', () => {
  const many = Array.from({ length: 7 }, (_, at) => namespace(`tenant-m${at}`))

  const findings = examineFacts(
    [
      ...many,
      host('tenant-e', ''),
      host('tenant-x', '-no-'),
      host('tenant-a', 'A.example.org'),
      host('tenant-b', 'a.example.org'),
    ],
    config.settings,
  )

  assert.deepEqual(
    findings.map(({ status }) => status),
    ['wrong', 'wrong', 'wrong', 'wrong'],
  )
  const texts = findings.map(({ text }) => text)
  assert.match(texts[0] ?? '', /missing.*: tenant-m0, tenant-m1, tenant-m2, tenant-m3, tenant-m4 and 2 more$/)
  assert.match(texts[1] ?? '', /empty.*: tenant-e$/)
  assert.match(texts[2] ?? '', /no DNS name.*: tenant-x$/)
  assert.match(texts[3] ?? '', /^'a\.example\.org' belongs to several namespaces.*: tenant-a, tenant-b$/)
})

interface CertificateCase {
  readonly names?: readonly string[]
  readonly ageHours?: number
  readonly bundle?: 'own' | 'other'
  /** In place of the leaf's names as they should be: in its common name alone. */
  readonly commonName?: string
  /** Between the leaf and the CA of the bundle, and sent with the leaf. */
  readonly intermediate?: boolean
  /** What a mistake made of the PEM text. */
  readonly spoil?: (pem: string) => string
  readonly secrets?: Partial<SecretStore>
  readonly verifyService?: (serial: string) => ReturnType<HandshakeProbe['verifyService']>
}

const serverName = 'gatehouse-admission.ns.svc'

async function examine(given: CertificateCase): Promise<readonly Finding[]> {
  const { names = [serverName], commonName = 'leaf', ageHours = 1, bundle = 'own', spoil = String } = given
  const now = new Date()
  const issuedAt = new Date(now.getTime() - ageHours * hour)
  const [ca, other] = await Promise.all(
    ['own', 'other'].map((commonName) =>
      issueCertificate({ commonName, ca: true, lifetimeMs: 1_000 * hour, now: issuedAt }),
    ),
  )
  assert.ok(ca && other)
  const middle = { commonName: 'middle', ca: true, issuer: ca, lifetimeMs: 1_000 * hour, now: issuedAt }
  const issuer = given.intermediate === true ? await issueCertificate(middle) : ca
  const leaf = await issueCertificate({
    commonName,
    dnsNames: names,
    issuer,
    lifetimeMs: 100 * hour,
    now: issuedAt,
  })
  const { X509Certificate } = await import('node:crypto')
  const { serialNumber } = new X509Certificate(leaf.cert)
  const fake = createFakeInstallation()
  const live: LiveConfiguration = {
    kind: 'ValidatingWebhookConfiguration',
    name: 'gatehouse',
    uid: 'u',
    resourceVersion: '1',
    webhooks: [webhook('w', bundle === 'own' ? ca.cert : other.cert)],
  }
  const read = async () => ({
    data: { 'tls.crt': spoil(leaf.cert + (issuer === ca ? '' : issuer.cert)) },
    resourceVersion: '1',
  })
  const verifyService = given.verifyService ?? ((serial) => Promise.resolve({ serial, notAfter: now }))
  return examineCertificates({
    secrets: { ...fake.secrets, read, ...given.secrets },
    tlsSecret: 'tls',
    serverName,
    configurations: [live],
    probe: { ...fake.probe, verifyService: () => verifyService(serialNumber) },
    signal,
    now,
  })
}

const failing = (message: string) => () => Promise.reject(new Error(message))
const forbidden = new KubeError('GET', { status: 403, reason: 'Forbidden', text: '' })

/** The end in a month that there is not: OpenSSL reads the certificate, and fails at the first question for its time. */
function breakTimes(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64')
  // UTCTime of 13 characters.
  const at = der.indexOf(Buffer.from([0x17, 13]), der.indexOf(Buffer.from([0x17, 13])) + 1)
  der.write('99', at + 4, 'latin1')
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
}

const certificates: Readonly<Record<string, [CertificateCase, ...(readonly [Finding['status'], RegExp])[]]>> = {
  'a good one': [{}, ['ok', /for 4 days/], ['ok', /every caBundle verifies/]],
  'an expired one': [{ ageHours: 101 }, ['wrong', /expired on/], ['ok', /./]],
  'one that was not renewed': [{ ageHours: 85 }, ['wrong', /was not renewed/], ['ok', /./]],
  'one of other names': [
    { names: ['other.svc'] },
    ['ok', /./],
    ['wrong', /does not cover gatehouse-admission/],
    ['ok', /./],
  ],
  'one that has the name where API servers do not look': [
    { names: [], commonName: serverName },
    ['ok', /./],
    ['wrong', /does not cover gatehouse-admission/],
    ['ok', /./],
  ],
  'one with an intermediate CA': [{ intermediate: true }, ['ok', /for 4 days/], ['ok', /every caBundle verifies/]],
  'one whose time is none': [{ spoil: breakTimes }, ['wrong', /no certificate in `tls\.crt`/], ['ok', /./]],
  'one that no bundle verifies': [{ bundle: 'other' }, ['ok', /./], ['wrong', /does not verify.*: w$/], ['ok', /./]],
  'a Secret that is missing': [
    { secrets: { read: async () => undefined } },
    ['wrong', /There is no Secret tls/],
    ['ok', /./],
  ],
  'a Secret that is not a certificate': [
    { secrets: { read: async () => ({ data: {}, resourceVersion: '1' }) } },
    ['wrong', /no certificate in `tls\.crt`/],
    ['ok', /./],
  ],
  'a Secret that may not be read': [
    { secrets: { read: () => Promise.reject(forbidden) } },
    ['untried', /may not be read by you/],
    ['ok', /./],
  ],
  'a Service that serves another': [
    { verifyService: async () => ({ serial: '00', notAfter: new Date() }) },
    ['ok', /./],
    ['wrong', /other than the one in the Secret/],
  ],
  'a Service of no name here': [
    { verifyService: failing('getaddrinfo ENOTFOUND x.svc') },
    ['ok', /./],
    ['untried', /cannot be seen from here/],
  ],
  'a Service behind which nobody is': [
    { verifyService: failing('connect ECONNREFUSED') },
    ['ok', /./],
    ['wrong', /cannot be verified: connect ECONNREFUSED/],
  ],
}

for (const [title, [given, ...expected]] of Object.entries(certificates)) {
  test(`certificates: ${title}`, async () => {
    const findings = await examine(given)

    assert.deepEqual(
      findings.map(({ status }) => status),
      expected.map(([status]) => status),
    )
    for (const [at, [, text]] of expected.entries()) assert.match(findings[at]?.text ?? '', text)
  })
}

const denial = 'admission webhook "gateway-config.guards.gatehouse.dev" denied the request: data.namespaces: no'

const answers: readonly (readonly [Finding['status'], string, KubeError | undefined])[] = [
  ['ok', 'a denial of ours', answer(422, denial)],
  ['wrong', 'success', undefined],
  ['wrong', 'a name that is taken, which is asked after admission', answer(409, 'already exists')],
  ['wrong', 'a call that fails', answer(500, 'Internal error occurred: failed calling webhook "gateway-config": x')],
  ['untried', 'no right to try', answer(403, 'configmaps is forbidden: User "x" cannot create')],
  ['untried', 'no such namespace', answer(404, 'namespaces "gatehouse-system" not found')],
  ['untried', 'the denial of somebody else', answer(403, 'admission webhook "other" denied the request: no')],
  ['untried', 'trouble of another kind', answer(503, 'etcd is away')],
]

function answer(status: number, text: string): KubeError {
  return new KubeError('POST', { status, reason: '', text })
}

for (const [status, title, error] of answers) {
  test(`reachability: ${title} is ${status}`, async () => {
    const sent: KubeRequest[] = []
    const client: KubeClient = {
      server: '',
      async send(request) {
        sent.push(request)
        if (error !== undefined) throw error
        return {}
      },
    }

    const finding = await examineReachability(client, config)

    assert.equal(finding.status, status)
    // Whatever becomes of it, nothing is written.
    assert.ok(sent.every(({ path }) => path.includes('dryRun=All')))
  })
}

test('reachability: a guard that refuses nothing proves nothing', async () => {
  const lenient = parseConfig(Buffer.from('guards: {gateway-config: {mode: warn}}'), 'x.yaml', {})
  const client: KubeClient = { server: '', send: () => assert.fail('sent') }

  assert.equal((await examineReachability(client, lenient)).status, 'untried')
})

const now = new Date()
const lease: StoredLease = {
  holder: 'pod',
  durationSeconds: 15,
  acquiredAt: 0,
  renewedAt: now.getTime() - 3_000,
  transitions: 0,
  resourceVersion: '1',
}
const leases: readonly (readonly [Finding['status'], string, () => Promise<StoredLease | undefined>])[] = [
  ['ok', 'a leader that renews', async () => lease],
  ['wrong', 'no Lease', async () => undefined],
  ['wrong', 'a Lease that was released', async () => ({ ...lease, holder: '' })],
  ['wrong', 'a leader that is gone', async () => ({ ...lease, renewedAt: now.getTime() - 300_000 })],
  ['untried', 'a Lease that may not be read', () => Promise.reject(forbidden)],
]

for (const [status, title, read] of leases) {
  test(`controller: ${title} is ${status}`, async () => {
    const store = { read, create: async () => undefined, replace: async () => undefined }

    assert.equal((await examineController(store, 'lease', now, signal)).status, status)
  })
}

test('text has one line a finding, the remedy below, and nothing that misleads a terminal', () => {
  const text = renderFindings(
    [
      { check: 'facts', status: 'ok', text: 'fine' },
      { check: 'registration', status: 'wrong', text: 'bad\u001b[2K', remedy: 'do this' },
      { check: 'reachability', status: 'untried', text: 'who knows', remedy: 'try there' },
    ],
    (_, words) => words,
  )

  const lines = text.split('\n')
  assert.equal(lines[0], 'ok         facts          fine')
  assert.match(lines[1] ?? '', /^WRONG {6}registration {3}bad/)
  assert.match(lines[2] ?? '', /^ {26}do this$/)
  assert.match(lines[3] ?? '', /^not tried {2}reachability {3}who knows$/)
  assert.equal(lines[5], '1 wrong, 1 ok, 1 not tried.')
  assert.ok(!text.includes('\u001b'))
})
