import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../config/config-error.ts'
import { parseConfig } from '../config/load.ts'
import { readControllerSettings } from './controller-settings.ts'

function read(text: string) {
  return readControllerSettings(parseConfig(Buffer.from(text), 'x.yaml', {}), 'x.yaml')
}

const webhook = 'configurations: gatehouse, service: {name: gatehouse-admission, namespace: ns}'
const self = `${webhook}, certificates: self, caSecret: ca, tlsSecret: tls, podSelector: {a: b}`
const hour = 3_600_000

test('without a block there is a Lease in the platform namespace, and no webhook to look after', () => {
  const settings = read('{}')

  assert.deepEqual(settings, {
    namespace: 'gatehouse-system',
    lease: { name: 'gatehouse-controller', durationMs: 15_000, renewMs: 10_000, retryMs: 2_000 },
    coverageIntervalMs: 300_000,
    webhook: undefined,
  })
})

test('certificates are issued here only where the configuration says so', () => {
  assert.equal(read(`controller: {webhook: {${webhook}}}`).webhook?.self, undefined)
  assert.equal(read(`controller: {webhook: {${webhook}, certificates: external}}`).webhook?.self, undefined)
  assert.notEqual(read(`controller: {webhook: {${self}}}`).webhook?.self, undefined)
})

test('the certificate covers every name of the Service, the one that API servers call first, and what is asked for', () => {
  const settings = read(`
settings: {clusterDomain: corp.local}
controller: {webhook: {${self}, extraNames: [gatehouse.example.org]}}
`)

  assert.equal(settings.namespace, 'ns')
  assert.equal(settings.webhook?.serverName, 'gatehouse-admission.ns.svc')
  assert.deepEqual(settings.webhook?.self?.rotation, {
    names: [
      'gatehouse-admission.ns.svc',
      'gatehouse-admission.ns.svc.corp.local',
      'gatehouse-admission.ns',
      'gatehouse-admission',
      'gatehouse.example.org',
    ],
    leafLifetimeMs: 2_160 * hour,
    caLifetimeMs: 87_600 * hour,
  })
})

for (const [url, host] of [
  ['https://gatehouse.example.org:8443', 'gatehouse.example.org'],
  ['https://192.0.2.1:8443', '192.0.2.1'],
  ['https://[2001:db8::1]', '2001:db8::1'],
]) {
  test(`API servers that are told ${url} call ${host}, and the certificate covers it as well`, () => {
    const settings = read(`controller: {webhook: {${self}, url: '${url}'}}`).webhook

    assert.equal(settings?.serverName, host)
    assert.equal(settings?.self?.rotation.names[0], host)
    assert.ok(settings?.self?.rotation.names.includes('gatehouse-admission.ns.svc'))
  })
}

test('what is disabled needs no webhook', () => {
  const { webhook: settings } = read(`
guards: {route-hostname: {mode: disabled}, tenant-host: {mode: audit}}
mutators: {default-listener-hostname: {mode: enforce}}
controller: {webhook: {${webhook}, failurePolicies: {tenant-host: Ignore}}}
`)

  assert.ok(!settings?.installation.guards.includes('route-hostname'))
  assert.ok(settings?.installation.guards.includes('tenant-host'))
  assert.deepEqual(settings?.installation.mutators, ['default-listener-hostname'])
  assert.deepEqual(settings?.installation.failurePolicies, { 'tenant-host': 'Ignore' })
})

const refused: Readonly<Record<string, string>> = {
  'controller: {lease: {renew: 15s}}':
    'controller.lease: must have `retry` below `renew`, and `renew` below `duration`',
  'controller: {lease: {retry: 10s}}':
    'controller.lease: must have `retry` below `renew`, and `renew` below `duration`',
  [`controller: {webhook: {${webhook}, url: 'no url'}}`]: 'controller.webhook.url: must be a URL with a host',
  [`controller: {webhook: {${self}, leafLifetime: 40000h}}`]:
    'controller.webhook.caLifetime: must be at least three times `leafLifetime`',
}

for (const [text, fault] of Object.entries(refused)) {
  test(`${text} is refused`, () => {
    assert.throws(
      () => read(text),
      (error) => {
        assert.ok(error instanceof ConfigError)
        assert.deepEqual(
          error.faults.map(({ where, text: said }) => `${where}: ${said}`),
          [fault],
        )
        return true
      },
    )
  })
}
