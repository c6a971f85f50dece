/** templates/{ca-secret,tls-secret,certificate,…}.yaml and every caBundle: who vouches for the webhook. */
import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'

import { z } from 'zod'

import { parseConfig } from '../../src/config/load.ts'
import { all, at, one, render, template, type Manifest, type RenderOptions } from './render.ts'
import { test } from './with-helm.ts'

const day = 24 * 60 * 60 * 1000
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

test('by default the chart makes a CA and a certificate that the API server will accept', async () => {
  const manifests = await render({ release: 'r', namespace: 'ns' })

  const ca = readPair(one(manifests, 'Secret', 'r-gatehouse-ca'))
  const leaf = readPair(one(manifests, 'Secret', 'r-gatehouse-tls'))
  assert.ok(ca.certificate.ca)
  assert.ok(ca.certificate.verify(ca.certificate.publicKey))
  assert.ok(leaf.certificate.verify(ca.certificate.publicKey))
  assert.ok(leaf.certificate.checkIssued(ca.certificate))
  assert.ok(!leaf.certificate.ca)
  assert.notEqual(leaf.certificate.serialNumber, ca.certificate.serialNumber)
  assert.deepEqual(leaf.certificate.subjectAltName?.split(', '), [
    'DNS:r-gatehouse-admission.ns.svc',
    'DNS:r-gatehouse-admission.ns.svc.cluster.local',
    'DNS:r-gatehouse-admission.ns',
    'DNS:r-gatehouse-admission',
  ])
  for (const { certificate, key } of [ca, leaf]) {
    assert.ok(certificate.checkPrivateKey(key))
    assert.equal(key.asymmetricKeyType, 'ec')
    assert.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  }
})

test('further names and addresses are in the certificate, and the controller is told to keep them', async () => {
  const extraNames = ['gatehouse.example.org', '192.0.2.1', '2001:db8::1']

  const own = await render({ values: { certificates: { extraNames } } })
  const manager = await render({ values: { certificates: { extraNames, mode: 'cert-manager' } } })

  const { certificate } = readPair(one(own, 'Secret', 'gatehouse-tls'))
  assert.ok(certificate.checkHost('gatehouse.example.org'))
  for (const address of ['192.0.2.1', '2001:db8::1']) assert.ok(certificate.checkIP(address))
  const file = z.string().parse(at(one(own, 'ConfigMap'), 'data', 'gatehouse.yaml'))
  assert.deepEqual(parseConfig(Buffer.from(file), 'gatehouse.yaml').controller.webhook?.extraNames, extraNames)
  assert.deepEqual(at(one(manager, 'Certificate', 'gatehouse-tls'), 'spec', 'ipAddresses'), extraNames.slice(1))
})

test('the lifetimes of both are those of the values', async () => {
  const self = { leafLifetime: '48h', caLifetime: '480h' }

  const manifests = await render({ values: { certificates: { self } } })

  const [ca, leaf] = ['gatehouse-ca', 'gatehouse-tls'].map((name) => readPair(one(manifests, 'Secret', name)))
  assert.equal(lifetimeOf(ca?.certificate), 20 * day)
  assert.equal(lifetimeOf(leaf?.certificate), 2 * day)
})

test('the CA is the same everywhere in one run: Secrets and every webhook', async () => {
  const mutators = { 'default-route-hostname': { mode: 'enforce' } }

  const manifests = await render({ values: { config: { mutators } } })

  const ca = dataOf(one(manifests, 'Secret', 'gatehouse-ca'))['tls.crt']
  assert.equal(dataOf(one(manifests, 'Secret', 'gatehouse-tls'))['ca.crt'], ca)
  assert.deepEqual([...new Set(bundlesOf(manifests))], [ca])
})

test('what the chart made is not brought back by an upgrade or a rollback', async () => {
  const manifests = await render()

  for (const { metadata } of all(manifests, 'Secret')) {
    assert.equal(metadata.annotations['helm.sh/hook'], 'pre-install,pre-upgrade')
    assert.equal(metadata.annotations['helm.sh/hook-delete-policy'], 'before-hook-creation')
  }
})

const given = [
  { title: 'files', certificates: { mode: 'files', existingSecret: 'serving', caBundle: pem }, secret: 'serving' },
  {
    title: 'self without bootstrap',
    certificates: { mode: 'self', self: { bootstrap: false }, caBundle: pem },
    secret: 'gatehouse-tls',
  },
]
for (const { title, certificates, secret } of given) {
  test(`with ${title} the caBundle is the given one, and no Secret is made`, async () => {
    const manifests = await render({ values: { certificates } })

    assert.deepEqual([...new Set(bundlesOf(manifests))], [Buffer.from(pem.trim()).toString('base64')])
    assert.deepEqual(all(manifests, 'Secret'), [])
    assert.equal(mountedSecret(manifests), secret)
  })
}

const injected = [
  { mode: 'cert-manager', annotations: { 'cert-manager.io/inject-ca-from': 'gatehouse-system/gatehouse-tls' } },
  { mode: 'openshift', annotations: { 'service.beta.openshift.io/inject-cabundle': 'true' } },
]
for (const { mode, annotations } of injected) {
  test(`with ${mode} the cluster writes the caBundle of both configurations`, async () => {
    const values = { certificates: { mode }, config: { mutators: { 'default-route-hostname': { mode: 'enforce' } } } }

    const manifests = await render({ values })

    for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])
      assert.deepEqual(one(manifests, kind).metadata.annotations, annotations)
    assert.deepEqual(
      bundlesOf(manifests).filter((bundle) => bundle !== undefined),
      [],
    )
    assert.deepEqual(all(manifests, 'Secret'), [])
    assert.equal(mountedSecret(manifests), 'gatehouse-tls')
  })
}

test('with cert-manager the certificate comes from a CA of its own', async () => {
  const values = { certificates: { mode: 'cert-manager', extraNames: ['gatehouse.example.org'] } }

  const manifests = await render({ values, release: 'r', namespace: 'ns' })

  const certificate = one(manifests, 'Certificate', 'r-gatehouse-tls')
  assert.equal(at(certificate, 'spec', 'secretName'), 'r-gatehouse-tls')
  assert.deepEqual(at(certificate, 'spec', 'dnsNames'), [
    'r-gatehouse-admission.ns.svc',
    'r-gatehouse-admission.ns.svc.cluster.local',
    'r-gatehouse-admission.ns',
    'r-gatehouse-admission',
    'gatehouse.example.org',
  ])
  assert.deepEqual(issuerOf(certificate), { name: 'r-gatehouse-ca', kind: 'Issuer', group: 'cert-manager.io' })
  const ca = one(manifests, 'Certificate', 'r-gatehouse-ca')
  assert.equal(at(ca, 'spec', 'isCA'), true)
  assert.equal(at(ca, 'spec', 'secretName'), at(one(manifests, 'Issuer', 'r-gatehouse-ca'), 'spec', 'ca', 'secretName'))
  assert.deepEqual(issuerOf(ca), { name: 'r-gatehouse-selfsigned', kind: 'Issuer', group: 'cert-manager.io' })
  assert.deepEqual(at(one(manifests, 'Issuer', 'r-gatehouse-selfsigned'), 'spec'), { selfSigned: {} })
})

test('with an issuer of the platform nothing else of cert-manager is made', async () => {
  const issuerRef = { name: 'platform', kind: 'ClusterIssuer' }

  const manifests = await render({ values: { certificates: { mode: 'cert-manager', certManager: { issuerRef } } } })

  assert.deepEqual(issuerOf(one(manifests, 'Certificate')), { ...issuerRef, group: 'cert-manager.io' })
  assert.deepEqual(all(manifests, 'Issuer'), [])
})

test('with OpenShift its service CA issues for the Service, and only then', async () => {
  const openshift = await render({ values: { certificates: { mode: 'openshift' } } })
  const other = await render()

  const service = (manifests: readonly Manifest[]) => one(manifests, 'Service', 'gatehouse-admission').metadata
  assert.deepEqual(service(openshift).annotations, {
    'service.beta.openshift.io/serving-cert-secret-name': 'gatehouse-tls',
  })
  assert.deepEqual(service(other).annotations, {})
})

const blank: readonly { readonly title: string; readonly certificates: object }[] = [
  { title: 'files and no caBundle', certificates: { mode: 'files', existingSecret: 'serving' } },
  { title: 'files and a blank caBundle', certificates: { mode: 'files', existingSecret: 'serving', caBundle: ' \n' } },
  { title: 'files and a path', certificates: { mode: 'files', existingSecret: 'serving', caBundle: '/ca.crt' } },
  { title: 'files and base64', certificates: { mode: 'files', existingSecret: 'serving', caBundle: btoa(pem) } },
  { title: 'self without bootstrap and no caBundle', certificates: { self: { bootstrap: false } } },
]
for (const { title, certificates } of blank) {
  test(`nothing is rendered with ${title}`, async () => {
    await assertRefused({ values: { certificates } }, /certificates\.caBundle: must hold a CA certificate in PEM/)
  })
}

const key = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n'
for (const [title, caBundle, message] of [
  ['a private key before the CA', key + pem, /certificates\.caBundle: holds a private key/],
  ['a private key after the CA', pem + key.replaceAll('PRIVATE', 'EC PRIVATE'), /caBundle: holds a private key/],
  ['a CA without its end', pem + pem.replace(/-----END.*/, ''), /must hold nothing but certificates/],
  ['a CA without its beginning', pem + pem.replace(/.*BEGIN.*\n/, ''), /must hold nothing but certificates/],
  ['a beginning alone', '-----BEGIN CERTIFICATE-----\ngarbage', /must hold a CA certificate in PEM/],
  ['something else in PEM', pem + pem.replaceAll('CERTIFICATE', 'X509 CRL'), /must hold nothing but certificates/],
] as const) {
  for (const certificates of [
    { mode: 'files', existingSecret: 'serving', caBundle },
    { self: { bootstrap: false }, caBundle },
  ]) {
    test(`nothing is rendered with ${title} in the caBundle and ${Object.keys(certificates)[0]}`, async () => {
      await assertRefused({ values: { certificates } }, message)
    })
  }
}

test('several CAs in a row are taken as they stand', async () => {
  const caBundle = `# Old\n${pem}\n# New\n${pem}`

  const manifests = await render({ values: { certificates: { mode: 'files', existingSecret: 'serving', caBundle } } })

  assert.deepEqual([...new Set(bundlesOf(manifests))], [Buffer.from(caBundle.trim()).toString('base64')])
})

test('nothing is rendered with a CA that ends too soon for its certificates', async () => {
  const self = { leafLifetime: '100h', caLifetime: '299h' }

  await assertRefused({ values: { certificates: { self } } }, /caLifetime: must be at least three times/)
})

test('nothing is rendered with files and no Secret', async () => {
  const certificates = { mode: 'files', caBundle: pem }

  await assertRefused({ values: { certificates } }, /certificates\.existingSecret: must name a Secret/)
})

async function assertRefused(options: RenderOptions, message: RegExp): Promise<void> {
  const { status, stdout, stderr } = await template(options)
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(stderr, message)
}

const Data = z.record(z.string(), z.string())

function dataOf(secret: Manifest): z.infer<typeof Data> {
  return Data.parse(secret['data'])
}

function readPair(secret: Manifest) {
  const [certificate, key] = ['tls.crt', 'tls.key'].map((name) => Buffer.from(dataOf(secret)[name] ?? '', 'base64'))
  return { certificate: new X509Certificate(certificate ?? ''), key: createPrivateKey(key ?? '') }
}

function lifetimeOf(certificate: X509Certificate | undefined): number {
  return (certificate?.validToDate.getTime() ?? 0) - (certificate?.validFromDate.getTime() ?? 0)
}

function bundlesOf(manifests: readonly Manifest[]): readonly unknown[] {
  const kinds = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']
  return kinds
    .flatMap((kind) => all(manifests, kind))
    .flatMap((manifest) => z.array(z.unknown()).parse(manifest['webhooks']))
    .map((webhook) => at(webhook, 'clientConfig', 'caBundle'))
}

function issuerOf(certificate: Manifest): unknown {
  return at(certificate, 'spec', 'issuerRef')
}

function mountedSecret(manifests: readonly Manifest[]): unknown {
  const deployment = one(manifests, 'Deployment', 'gatehouse-admission')
  const volumes = z.array(z.unknown()).parse(at(deployment, 'spec', 'template', 'spec', 'volumes'))
  return at(
    volumes.find((volume) => at(volume, 'name') === 'tls'),
    'secret',
    'secretName',
  )
}
