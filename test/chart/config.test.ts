/** templates/configmap.yaml: the configuration file that both processes read. */
import assert from 'node:assert/strict'

import { parse } from 'yaml'
import { z } from 'zod'

import { readControllerSettings } from '../../src/cli/controller-settings.ts'
import type { Config } from '../../src/config/config.ts'
import { parseConfig } from '../../src/config/load.ts'
import { listScenarios, one, readChart, render, type Manifest, type RenderOptions } from './render.ts'
import { test } from './with-helm.ts'

const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1' }
const controller = 'system:serviceaccount:gatehouse-system:gatehouse-controller'

for (const { name, file } of listScenarios()) {
  test(`Gatehouse accepts the configuration of scenario ${name}`, async () => {
    const config = await renderConfig({ arguments: ['--values', file] })

    assert.equal(config.facts.source, 'cluster')
  })
}

test('the values have the defaults of the program, but for what the chart knows better', async () => {
  const config = await renderConfig()

  const defaults = parseConfig(Buffer.from('{}'), 'gatehouse.yaml', environment)
  const settings = { ...defaults.settings, trustedUsers: [controller] }
  const requiredNames = ['gatehouse-admission.gatehouse-system.svc']
  const tls = { ...defaults.tls, certificate: { ...defaults.tls.certificate, requiredNames } }
  // Those of the controllers come later, from what of their block is written: the next test.
  assert.deepEqual(config, { ...defaults, settings, tls, controller: config.controller })
})

test('the controllers do with the values what they do where nothing is said', async () => {
  const config = await renderConfig()

  const { webhook } = config.controller
  assert.ok(webhook)
  const { leafLifetime, caLifetime, ...required } = webhook
  assert.ok(leafLifetime !== undefined && caLifetime !== undefined)
  assert.deepEqual(
    readControllerSettings(config, 'x'),
    readControllerSettings({ ...config, controller: { webhook: required } }, 'x'),
  )
})

test('what is written under `config` is in the file as it stands', async () => {
  const config = {
    settings: { rootHost: 'example.org', allowedImages: [], maxDnsNames: 7, trustedUsers: ['jane'] },
    guards: { 'route-hostname': { mode: 'warn' } },
    mutators: { 'default-route-hostname': { mode: 'enforce', template: '{name}.web.{apex}' } },
    facts: { maxSnapshotAge: '2h', apiServer: { url: 'https://10.0.0.1:6443' } },
    server: { maxConcurrent: 100, maxBytesInFlight: 33554432 },
    tls: { profile: { name: 'Modern' } },
    controller: { coverage: { interval: '1m' }, openshell: { workers: 2 } },
    log: { level: 'debug', format: 'text' },
  }

  const file = await renderFile({ values: { config } })

  const { settings, ...rest } = config
  assertContains(file, { ...rest, settings: { ...settings, trustedUsers: ['jane', controller] } })
})

for (const [url, host] of [
  ['', 'gatehouse-admission.gatehouse-system.svc'],
  ['https://gatehouse.example.org:8443', 'gatehouse.example.org'],
  ['https://192.0.2.1:8443', '192.0.2.1'],
  ['https://[2001:db8::1]', '2001:db8::1'],
] as const) {
  test(`the certificate must be good for what API servers call, be it ${host}, and for the controller it is the same`, async () => {
    const config = await renderConfig({ values: { webhooks: { url } } })

    assert.deepEqual(config.tls.certificate.requiredNames, [host])
    assert.equal(readControllerSettings(config, 'x').webhook?.serverName, host)
  })
}

test('the chart adds the addresses of its own installation', async () => {
  const values = {
    admission: { port: 9443, healthPort: 9081 },
    webhooks: { failurePolicies: { 'tenant-host': 'Ignore' } },
    config: { guards: { 'gateway-config': { mode: 'disabled' } } },
  }

  const file = await renderFile({ release: 'r', namespace: 'ns', values })

  const policies = {
    'attached-namespaces': 'Fail',
    'gateway-hostname': 'Fail',
    'ingress-hostname': 'Fail',
    'namespace-host-label': 'Fail',
    'route-hostname': 'Fail',
    'tenant-host': 'Ignore',
  }
  assertContains(file, {
    settings: { platformNamespace: 'ns', trustedUsers: ['system:serviceaccount:ns:r-gatehouse-controller'] },
    facts: { source: 'cluster', snapshot: '/var/lib/gatehouse/namespaces.json' },
    server: { port: 9443, healthPort: 9081 },
    tls: { certificate: { certFile: '/etc/gatehouse/tls/tls.crt', keyFile: '/etc/gatehouse/tls/tls.key' } },
    controller: {
      lease: { name: 'r-gatehouse-controller', duration: '15s', renew: '10s', retry: '2s' },
      webhook: {
        configurations: 'r-gatehouse',
        service: { name: 'r-gatehouse-admission', namespace: 'ns' },
        certificates: 'self',
        caSecret: 'r-gatehouse-ca',
        tlsSecret: 'r-gatehouse-tls',
        leafLifetime: '2160h',
        caLifetime: '87600h',
        podSelector: {
          'app.kubernetes.io/name': 'gatehouse',
          'app.kubernetes.io/instance': 'r',
          'app.kubernetes.io/component': 'admission',
        },
      },
    },
  })
  assert.deepEqual(parseConfig(Buffer.from(file), 'x').controller.webhook?.failurePolicies, policies)
})

test('certificates of somebody else are looked at and never written', async () => {
  for (const mode of ['cert-manager', 'openshift']) {
    const config = await renderConfig({ values: { certificates: { mode } } })

    assert.equal(config.controller.webhook?.certificates, 'external')
    assert.equal(config.controller.webhook?.caSecret, undefined)
  }
})

test('the controller knows of URLs that are registered in place of the Service', async () => {
  const url = 'https://gatehouse.example.org:9443'

  const byUrl = await renderConfig({ values: { webhooks: { url } } })
  const byService = await renderConfig()

  assert.equal(byUrl.controller.webhook?.url, url)
  assert.equal(byService.controller.webhook?.url, undefined)
})

test('the controller is trusted once, and the host label protected once', async () => {
  const settings = { trustedUsers: [controller], hostLabel: 'example.net/apex', protectedLabels: ['example.net/other'] }

  const config = await renderConfig({ values: { config: { settings } } })

  assert.deepEqual(config.settings.trustedUsers, [controller])
  assert.deepEqual(config.settings.protectedLabels, ['example.net/other', 'example.net/apex'])
})

test('the values name every default there is, so that the page of the chart does', async () => {
  const file = z.looseObject({ settings: z.object({}), guards: z.object({}) }).parse(parse(await renderFile()))
  const { config } = z
    .object({ config: z.looseObject({ settings: z.looseObject({}) }) })
    .parse(parse(readChart('values.yaml')))

  assert.deepEqual(Object.keys(config).toSorted(), Object.keys(file).toSorted())
  const defaults = parseConfig(Buffer.from('{}'), 'gatehouse.yaml', environment)
  assert.deepEqual(Object.keys(config.settings).toSorted(), Object.keys(defaults.settings).toSorted())
})

function fileOf(manifests: readonly Manifest[]): string {
  const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-config'))
  return z.object({ 'gatehouse.yaml': z.string() }).parse(map?.['data'])['gatehouse.yaml']
}

async function renderFile(options: RenderOptions = {}): Promise<string> {
  return fileOf(await render(options))
}

async function renderConfig(options: RenderOptions = {}): Promise<Config> {
  const manifests = await render(options)
  assert.equal(one(manifests, 'Deployment', `${prefixOf(manifests)}-admission`).kind, 'Deployment')
  return parseConfig(Buffer.from(fileOf(manifests)), 'gatehouse.yaml', environment)
}

function prefixOf(manifests: readonly Manifest[]): string {
  const map = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.endsWith('-config'))
  return map?.metadata.name.replace(/-config$/, '') ?? ''
}

/** Everything of `part` is in `file`. */
function assertContains(file: string, part: object): void {
  const actual: unknown = parse(file)
  assert.partialDeepStrictEqual(actual, part)
}
