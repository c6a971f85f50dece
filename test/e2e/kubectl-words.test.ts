/** What an administrator reads: kubectl's own output for a refusal of each kind, word for word, and warnings as such. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startControlPlane, type ControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { installGatehouse } from '../support/control-plane/gatehouse.ts'
import type { ProgramResult } from '../support/control-plane/run-program.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { setLabels } from './replay/stored-objects.ts'

const skip = await whySkipped()
const host = 'namespace.cozystack.io/host'
const alice = { user: 'alice', groups: ['system:authenticated'] }
let plane: ControlPlane

before(async () => {
  if (skip !== false) return
  plane = await startControlPlane()
  await installCrds(plane)
  await setLabels('tenant-alice', { [host]: 'alice.example.org' }, plane.request)
  await setLabels('tenant-bob', { [host]: 'bob.example.org' }, plane.request)
  await installGatehouse(plane, { values: { config: { settings: { rootHost: 'example.org' } } } })
  // Admission alone is to decide.
  await plane.kubectl(['create', 'clusterrolebinding', 'alice', '--clusterrole=cluster-admin', '--user=alice'])
})
after(() => plane?.stop())

const route = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'shop', namespace: 'tenant-alice' },
  spec: { hostnames: ['www.alice.example.org', 'login.bob.example.org'] },
}
const gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'edge', namespace: 'tenant-alice' },
  spec: {
    gatewayClassName: 'cilium',
    listeners: [{ name: 'https', port: 80, protocol: 'HTTP', hostname: '*.bob.example.org' }],
  },
}
const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'tenant-alice' },
  spec: { rules: [{ host: 'bob.example.org' }] },
}
const tenant = {
  apiVersion: 'apps.cozystack.io/v1alpha1',
  kind: 'Tenant',
  metadata: { name: 'lab', namespace: 'tenant-alice' },
  spec: { host: 'bob.example.org' },
}
const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'tenant-eve', labels: { [host]: 'bob.example.org' } },
}
const platformPackage = {
  apiVersion: 'cozystack.io/v1alpha1',
  kind: 'Package',
  metadata: { name: 'platform' },
  spec: { components: { platform: { values: { gateway: { attachedNamespaces: ['cozy-harbor', 'tenant-bob'] } } } } },
}
const platformConfig = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'platform-config', namespace: 'gatehouse-system' },
  data: { namespaces: '- name: tenant-alice\n  gateway:\n    serverDnsNames: [-api.alice.example.org]\n' },
}

const outside = `is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label '${host}')`
const forbidden = 'Error from server (Forbidden): error when creating "STDIN": '
const invalid = 'The request is invalid: error when creating "STDIN": '

const refusals: Readonly<Record<string, readonly [object, string]>> = {
  'an HTTPRoute on the name of another tenant': [
    route,
    `${forbidden}admission webhook "route-hostname.guards.gatehouse.dev" denied the request: spec.hostnames[1]: Forbidden: "login.bob.example.org" ${outside} [route-hostname]`,
  ],
  'a Gateway that listens for another tenant': [
    gateway,
    `${forbidden}admission webhook "gateway-hostname.guards.gatehouse.dev" denied the request: spec.listeners[0].hostname: Forbidden: "*.bob.example.org" ${outside} [gateway-hostname]`,
  ],
  'an Ingress on the apex of another tenant': [
    ingress,
    `${forbidden}admission webhook "ingress-hostname.guards.gatehouse.dev" denied the request: spec.rules[0].host: Forbidden: "bob.example.org" must be within 'alice.example.org' or a free external name; use a name of your own or ask a platform administrator [ingress-hostname]`,
  ],
  'a Tenant with a host of its own choice': [
    tenant,
    `${forbidden}admission webhook "tenant-host.guards.gatehouse.dev" denied the request: spec.host: Forbidden: "bob.example.org" may not be used: spec.host can only be set, changed or removed by a trusted caller; leave it alone or ask a platform administrator [tenant-host]`,
  ],
  'a Namespace with the host label': [
    namespace,
    `${forbidden}admission webhook "namespace-host-label.guards.gatehouse.dev" denied the request: metadata.labels[${host}]: Forbidden: "bob.example.org" may not be used: label '${host}' is immutable for all but trusted callers; leave it alone or ask a platform administrator [namespace-host-label]`,
  ],
  'a Package that attaches a tenant': [
    platformPackage,
    `${forbidden}admission webhook "attached-namespaces.guards.gatehouse.dev" denied the request: spec.components.platform.values.gateway.attachedNamespaces[1]: Forbidden: entries must name platform namespaces: "tenant-bob" starts like a tenant namespace, 'tenant-', and may not be attached; remove it, since tenants inherit a Gateway without it [attached-namespaces]`,
  ],
  'a platform-config with a malformed name': [
    platformConfig,
    `${invalid}admission webhook "gateway-config.guards.gatehouse.dev" denied the request: data.namespaces[0].gateway.serverDnsNames[0]: Invalid value: "-api.alice.example.org": must be a DNS name whose labels start and end with a lower-case letter or a digit [gateway-config]`,
  ],
}

for (const [what, [object, words]] of Object.entries(refusals)) {
  test(`kubectl says of ${what} what is wrong, where, and what to do`, { skip }, async () => {
    const { status, stdout, stderr } = await create(object)

    assert.equal(stderr, `${words}\n`)
    assert.equal(stdout, '')
    assert.equal(status, 1)
  })
}

test('several violations go one to a line, behind their number', { skip }, async () => {
  const hostnames = ['login.bob.example.org', 'www.alice.example.org', '*.bob.example.org']

  const { stderr } = await create({ ...route, spec: { hostnames } })

  assert.equal(
    stderr,
    `${forbidden}admission webhook "route-hostname.guards.gatehouse.dev" denied the request: 2 violations:
- spec.hostnames[0]: Forbidden: "login.bob.example.org" ${outside} [route-hostname]
- spec.hostnames[2]: Forbidden: "*.bob.example.org" ${outside} [route-hostname]
`,
  )
})

test('what is allowed with a warning says so in front of the result', { skip }, async () => {
  const parentRefs = [{ name: 'edge', namespace: 'tenant-bob' }]

  const { status, stdout, stderr } = await create({
    ...route,
    spec: { hostnames: ['www.alice.example.org'], parentRefs },
  })

  assert.match(stderr, /^Warning: spec\.parentRefs\[0\]: [\x20-\x7e]+\n$/)
  assert.equal(stdout, 'httproute.gateway.networking.k8s.io/shop created (server dry run)\n')
  assert.equal(status, 0)
})

test('of several documents the good ones are applied and the bad one is named', { skip }, async () => {
  const good = { ...route, metadata: { ...route.metadata, name: 'good' }, spec: { hostnames: ['a.alice.example.org'] } }

  const { status, stdout, stderr } = await create({ apiVersion: 'v1', kind: 'List', items: [route, good] })

  assert.equal(stdout, 'httproute.gateway.networking.k8s.io/good created (server dry run)\n')
  assert.match(
    stderr,
    /^Error from server \(Forbidden\): .*spec\.hostnames\[1\]: Forbidden: [^\n]+ \[route-hostname\]\n$/,
  )
  assert.equal(status, 1)
})

test('an update through apply is refused in the same words', { skip }, async () => {
  const good = { ...route, spec: { hostnames: ['www.alice.example.org'] } }
  await plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify(good), as: alice })

  const { status, stderr } = await plane.kubectl(['apply', '-f', '-'], { input: JSON.stringify(route), as: alice })

  assert.ok(
    stderr.endsWith(
      `for: "STDIN": error when patching "STDIN": admission webhook "route-hostname.guards.gatehouse.dev" denied the request: spec.hostnames[1]: Forbidden: "login.bob.example.org" ${outside} [route-hostname]\n`,
    ),
    stderr,
  )
  assert.equal(status, 1)
})

function create(object: object): Promise<ProgramResult> {
  return plane.kubectl(['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(object), as: alice })
}
