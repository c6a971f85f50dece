import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { guardIds } from '../guards/resources.ts'
import { Settings } from '../tenancy/settings.ts'
import type { Config } from './config.ts'
import { type Environment, loadConfig, parseConfig } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
after(() => rmSync(folder, { recursive: true }))

function load(text: string, environment: Environment = {}): Config {
  return parseConfig(Buffer.from(text), '/etc/gatehouse/gatehouse.yaml', environment)
}

const defaults = {
  settings: Settings.parse({}),
  guards: Object.fromEntries(guardIds.map((id) => [id, { mode: 'enforce' }])),
  mutators: {
    'default-route-hostname': { mode: 'disabled', template: '{name}.{apex}' },
    'default-listener-hostname': { mode: 'disabled' },
  },
  facts: {
    source: 'cluster',
    snapshot: '/var/lib/gatehouse/namespaces.json',
    maxSnapshotAge: 3_600_000,
    apiServer: {
      tokenFile: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      caFile: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt',
    },
  },
  server: {
    address: '0.0.0.0',
    port: 8443,
    healthAddress: '0.0.0.0',
    healthPort: 8081,
    maxConcurrent: 256,
    maxBytesInFlight: 67_108_864,
  },
  tls: {
    certificate: { certFile: '/etc/gatehouse/tls/tls.crt', keyFile: '/etc/gatehouse/tls/tls.key', requiredNames: [] },
    profile: { legacyTLS: false },
  },
  controller: {},
  cluster: {},
  log: { level: 'info', format: 'json' },
}

test('an empty mapping is a complete file with every default', () => {
  assert.deepEqual(load('{}'), defaults)
})

test('settings alone are a complete file', () => {
  const config = load('settings: {rootHost: example.org}')

  assert.deepEqual(config, { ...defaults, settings: { ...defaults.settings, rootHost: 'example.org' } })
})

test('the file of the design loads as it stands', () => {
  const config = load(`
settings:
  rootHost: example.org
  namespacePrefix: tenant-
  hostLabel: namespace.cozystack.io/host
  gatewayLabel: namespace.cozystack.io/gateway
  protectedLabels: [namespace.cozystack.io/host]
  trustedGroups: ['system:masters']
  trustedUsers: []
  platformNamespace: gatehouse-system
  clusterDomain: cluster.local
  allowedImages: [ghcr.io/nvidia/openshell/]
  maxDnsNames: 64
  allowUnauthenticated: false
guards:
  route-hostname: {mode: audit}
mutators:
  default-route-hostname: {mode: enforce, template: '{name}-{namespace}.{apex}'}
facts: {source: cluster, snapshot: /var/lib/gatehouse/namespaces.json, maxSnapshotAge: 90m}
server: {address: 0.0.0.0, port: 8443, healthAddress: 0.0.0.0, healthPort: 8081, maxConcurrent: 256, maxBytesInFlight: 64MiB}
tls:
  certificate: {certFile: /etc/gatehouse/tls/tls.crt, keyFile: /etc/gatehouse/tls/tls.key}
  profile: {}
controller: {}
log: {level: info, format: json}
`)

  assert.equal(config.settings.rootHost, 'example.org')
  assert.equal(config.guards['route-hostname'].mode, 'audit')
  assert.equal(config.guards['tenant-host'].mode, 'enforce')
  assert.equal(config.mutators['default-route-hostname'].template, '{name}-{namespace}.{apex}')
  assert.ok(config.facts.source === 'cluster')
  assert.equal(config.facts.maxSnapshotAge, 5_400_000)
})

test('the TLS and controller blocks of the design load as they stand', () => {
  const config = load(`
tls:
  certificate: {certFile: a.crt, keyFile: a.key, requiredNames: [gatehouse.gatehouse-system.svc, 127.0.0.1]}
  additionalCertificate: {certFile: b.crt, keyFile: b.key}
  clientAuth: {caFile: ca.crt, subjects: [kube-apiserver]}
  profile: {file: profile.json, legacyTLS: true, floor: TLSv1.2}
controller:
  openshell:
    enabled: true
    defaultImage: ghcr.io/nvidia/openshell/gateway:0.0.74
    supervisorImage: ""
    sandboxImage: ""
    gracePeriod: 10m
    retention: Retain
    resync: 10m
    workers: 4
    maxUpdating: 10%
    rolloutTimeout: 10m
    leafLifetime: 2160h
    caOverlap: 24h
    openshift: auto
    storage: {size: 1Gi, className: ""}
    networkPolicy: {enabled: true, routerNamespaces: [], metricsNamespaces: []}
  tlsProfile:
    source: auto
    configMap: {namespace: a, name: b, key: profile.json}
    target: {name: gatehouse-tls-profile, key: profile.json}
    whenLegacy: honor
    deployments: [{namespace: a, name: b}]
    rollOwn: false
    clientOffer: oldest
cluster: {kubeconfig: kube.config}
`)

  assert.deepEqual(config.tls.clientAuth, { caFile: '/etc/gatehouse/ca.crt', subjects: ['kube-apiserver'] })
  assert.equal(config.controller.openshell?.leafLifetime, 7_776_000_000)
  assert.equal(config.cluster.kubeconfig, '/etc/gatehouse/kube.config')
})

test('relative paths are relative to the folder of the file, absolute ones stay', () => {
  const text = `
facts: {snapshot: state/namespaces.json, apiServer: {tokenFile: ../token, caFile: ca.crt}}
tls:
  certificate: {certFile: tls/tls.crt, keyFile: /secret/tls.key}
  additionalCertificate: {certFile: b.crt, keyFile: b.key}
  clientAuth: {caFile: clients.crt}
  profile: {file: profile.json}
cluster: {kubeconfig: ./kubeconfig}
`

  const { cluster, facts, tls } = load(text)

  assert.deepEqual(facts, {
    source: 'cluster',
    snapshot: '/etc/gatehouse/state/namespaces.json',
    maxSnapshotAge: 3_600_000,
    apiServer: { tokenFile: '/etc/token', caFile: '/etc/gatehouse/ca.crt' },
  })
  assert.deepEqual(tls, {
    certificate: { certFile: '/etc/gatehouse/tls/tls.crt', keyFile: '/secret/tls.key', requiredNames: [] },
    additionalCertificate: { certFile: '/etc/gatehouse/b.crt', keyFile: '/etc/gatehouse/b.key' },
    clientAuth: { caFile: '/etc/gatehouse/clients.crt', subjects: [] },
    profile: { file: '/etc/gatehouse/profile.json', legacyTLS: false },
  })
  assert.deepEqual(cluster, { kubeconfig: '/etc/gatehouse/kubeconfig' })
})

test('a file given by a relative path has absolute paths in its result', () => {
  const config = parseConfig(Buffer.from('facts: {source: file, path: namespaces.yaml}'), 'some/gatehouse.yaml', {})

  assert.deepEqual(config.facts, { source: 'file', path: join(process.cwd(), 'some/namespaces.yaml') })
})

const addresses = [
  [{}, undefined],
  [{ KUBERNETES_SERVICE_HOST: '' }, undefined],
  [{ KUBERNETES_SERVICE_HOST: '10.96.0.1' }, 'https://10.96.0.1:443'],
  [{ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443' }, 'https://10.96.0.1:6443'],
  [{ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }, 'https://[fd00::1]:443'],
] as const

for (const [environment, url] of addresses)
  test(`with ${JSON.stringify(environment)} around, the API server is ${url}`, () => {
    const { facts } = load('{}', environment)

    assert.ok(facts.source === 'cluster')
    assert.equal(facts.apiServer.url, url)
  })

test('an API server in the file wins over the environment', () => {
  const { facts } = load('facts: {apiServer: {url: "https://127.0.0.1:6443/k8s"}}', {
    KUBERNETES_SERVICE_HOST: '10.0.0.1',
  })

  assert.ok(facts.source === 'cluster')
  assert.equal(facts.apiServer.url, 'https://127.0.0.1:6443/k8s')
})

for (const url of ['http://127.0.0.1:8001', 'HTTP://[::1]:8001', 'http://localhost:8001/prefix'])
  test(`${url}, as of kubectl proxy, is asked without token and CA`, () => {
    const { facts } = load(`facts: {apiServer: {url: "${url}", tokenFile: token}}`)

    assert.deepEqual(facts.source === 'cluster' && facts.apiServer, { url })
  })

test('facts from a file need no API server, whatever the environment says', () => {
  const { facts } = load('facts: {source: file, path: n.yaml}', { KUBERNETES_SERVICE_HOST: '10.0.0.1' })

  assert.deepEqual(facts, { source: 'file', path: '/etc/gatehouse/n.yaml' })
})

test('both ports may be 0, which takes any free one', () => {
  const { server } = load('server: {port: 0, healthPort: 0}')

  assert.deepEqual([server.port, server.healthPort], [0, 0])
})

test('a byte order mark and CRLF line ends do no harm', () => {
  assert.deepEqual(load('\ufefflog:\r\n  level: warn\r\n').log, { level: 'warn', format: 'json' })
})

test('the environment of the process is the default', () => {
  const file = join(folder, 'default.yaml')
  writeFileSync(file, '{}')

  assert.deepEqual(loadConfig(file), loadConfig(file, process.env))
})
