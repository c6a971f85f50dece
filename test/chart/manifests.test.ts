/** deploy/: the chart for those without Helm. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { z } from 'zod'

import { caPlaceholder, renderManifests } from '../../scripts/generated/manifests.ts'
import { at, chart, one, parseManifests, render, type Manifest } from './render.ts'
import { test } from './with-helm.ts'

const root = join(chart, '..', '..')
const installation = read('deploy/gatehouse.yaml')
const registration = read('deploy/registration.yaml')
const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const base64 = Buffer.from(pem).toString('base64')

test('the files are what the chart renders now (else: npm run manifests)', async () => {
  const manifests = await renderManifests(root)

  assert.deepEqual(
    { ...manifests },
    { 'deploy/gatehouse.yaml': installation, 'deploy/registration.yaml': registration },
  )
})

test('with the CA put in, both files together are the objects of the chart and a namespace', async () => {
  const certificates = { self: { bootstrap: false }, caBundle: pem }
  const rendered = await render({ values: { certificates } })

  const plain = [...parseManifests(installation), ...parseManifests(registration.replaceAll(caPlaceholder, base64))]
  const [namespace, ...others] = plain
  assert.equal(namespace?.kind, 'Namespace')
  assert.equal(namespace.metadata.name, 'gatehouse-system')
  const wanted = rendered.filter(({ metadata }) => metadata.annotations['helm.sh/hook'] === undefined)
  assert.deepEqual(others.map(withoutHelm).toSorted(byKey), wanted.map(withoutHelm).toSorted(byKey))
  assert.equal(others.length, wanted.length)
})

test('the registration is in a file of its own, and is none before the CA is put in', () => {
  assert.deepEqual(
    parseManifests(registration).map(({ kind }) => kind),
    ['ValidatingWebhookConfiguration'],
  )
  assert.ok(
    !/WebhookConfiguration/.test(
      parseManifests(installation)
        .map(({ kind }) => kind)
        .join(' '),
    ),
  )
  const webhooks = z
    .array(z.unknown())
    .parse(one(parseManifests(registration), 'ValidatingWebhookConfiguration')['webhooks'])
  // No base64, so that the API server refuses the file as it is.
  for (const webhook of webhooks) assert.equal(at(webhook, 'clientConfig', 'caBundle'), caPlaceholder)
})

test('no key is in the files, and admission pods wait for theirs', () => {
  const manifests = parseManifests(installation)

  assert.ok(manifests.every(({ kind }) => kind !== 'Secret'))
  const deployment = one(manifests, 'Deployment', 'gatehouse-admission')
  const volumes = z.array(z.unknown()).parse(at(deployment, 'spec', 'template', 'spec', 'volumes'))
  const tls = volumes.find((volume) => at(volume, 'name') === 'tls')
  assert.deepEqual(at(tls, 'secret'), { secretName: 'gatehouse-tls', defaultMode: 0o440 })
})

test('nothing claims to be managed by Helm', () => {
  assert.doesNotMatch(`${installation}${registration}`, /helm/i)
})

function withoutHelm(manifest: Manifest): Manifest {
  const ours = Object.entries(manifest.metadata.labels).filter(
    ([key]) => key !== 'helm.sh/chart' && key !== 'app.kubernetes.io/managed-by',
  )
  return { ...manifest, metadata: { ...manifest.metadata, labels: Object.fromEntries(ours) } }
}

function byKey(left: Manifest, right: Manifest): number {
  const key = ({ kind, metadata }: Manifest) => `${kind} ${metadata.name}`
  return key(left) < key(right) ? -1 : 1
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
