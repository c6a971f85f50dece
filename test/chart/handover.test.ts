/** What Helm makes and what the controller makes of it: it takes the chart's CA and certificate as its own. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'

import { z } from 'zod'

import { readControllerSettings } from '../../src/cli/controller-settings.ts'
import { parseConfig } from '../../src/config/load.ts'
import { planRotation } from '../../src/tls/rotation.ts'
import type { RotationState } from '../../src/tls/rotation-step.ts'
import { at, one, render, type Manifest } from './render.ts'
import { test } from './with-helm.ts'

const hour = 60 * 60 * 1000

for (const { title, extraNames } of [
  { title: 'the names of the Service', extraNames: [] },
  { title: 'further names and addresses', extraNames: ['gatehouse.example.org', '192.0.2.1', '2001:db8::1'] },
]) {
  test(`the controller has nothing to do about a new installation with ${title}`, async () => {
    const manifests = await render({ values: { certificates: { extraNames } } })

    assert.equal(planRotation(observe(manifests, new Date()), settingsOf(manifests)), undefined)
  })
}

test('the controller renews the certificate of the chart, by its CA, when two thirds of its life are over', async () => {
  const manifests = await render({ values: { certificates: { self: { leafLifetime: '240h', caLifetime: '7200h' } } } })

  const before = planRotation(observe(manifests, new Date(Date.now() + 159 * hour)), settingsOf(manifests))
  const after = planRotation(observe(manifests, new Date(Date.now() + 161 * hour)), settingsOf(manifests))

  assert.equal(before, undefined)
  assert.ok(after?.kind === 'issue-leaf')
  assert.equal(after.cause, 'due')
  assert.equal(after.issuer.cert.trim(), textsOf(manifests, 'gatehouse-ca')['tls.crt']?.trim())
})

test('the controller begins with a CA of its own where the chart made none', async () => {
  const caBundle = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
  const manifests = await render({ values: { certificates: { self: { bootstrap: false }, caBundle } } })
  const state = { registrations: [], pods: [], replicas: 3, service: undefined, now: new Date() }

  const step = planRotation({ ...state, caSecret: undefined, tlsSecret: undefined }, settingsOf(manifests))

  assert.equal(step?.kind, 'create-ca')
})

/** Every pod serves what the Secret holds, and every webhook is registered with what the chart rendered. */
function observe(manifests: readonly Manifest[], now: Date): RotationState {
  const { serialNumber: serial } = new X509Certificate(textsOf(manifests, 'gatehouse-tls')['tls.crt'] ?? '')
  const webhooks = z.array(z.unknown()).parse(one(manifests, 'ValidatingWebhookConfiguration')['webhooks'])
  const registrations = webhooks.map((webhook) => ({
    id: z.string().parse(at(webhook, 'name')),
    caBundle: decode(z.string().parse(at(webhook, 'clientConfig', 'caBundle'))),
    since: new Date(0),
  }))
  const caBundles = [...new Set(registrations.map(({ caBundle }) => caBundle))]
  return {
    caSecret: textsOf(manifests, 'gatehouse-ca'),
    tlsSecret: textsOf(manifests, 'gatehouse-tls'),
    registrations,
    pods: [{ name: 'a', serial }],
    replicas: 1,
    service: { serial, caBundles },
    now,
  }
}

function settingsOf(manifests: readonly Manifest[]) {
  const file = z.string().parse(at(one(manifests, 'ConfigMap'), 'data', 'gatehouse.yaml'))
  const { webhook } = readControllerSettings(parseConfig(Buffer.from(file), 'gatehouse.yaml'), 'gatehouse.yaml')
  assert.ok(webhook?.self !== undefined)
  return webhook.self.rotation
}

function textsOf(manifests: readonly Manifest[], name: string): Readonly<Record<string, string>> {
  const data = z.record(z.string(), z.string()).parse(one(manifests, 'Secret', name)['data'])
  return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, decode(text)]))
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString()
}
