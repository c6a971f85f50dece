/**
 * With Gatehouse down, what needs no judging goes through and what needs judging is refused: both as lists, tried one
 * by one. An outage must never stop the cluster from repairing Gatehouse. Source: DESIGN section 6.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { GuardId } from '../../src/guards/resources.ts'
import type { ApiAnswer } from '../support/control-plane/api-request.ts'
import { startControlPlane, type ControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { installGatehouse, type Gatehouse } from '../support/control-plane/gatehouse.ts'
import { pickObject } from '../support/control-plane/render-chart.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import * as make from './writes/objects.ts'
import { createWriter, outcomeOf, valueAt, type Writer } from './writes/writer.ts'

const skip = await whySkipped()
const own = 'gatehouse-system'
const alice = 'tenant-alice'
/** It has no host label, so no hostname may be used in it. */
const closed = 'tenant-closed'
const foreign = 'shop.bob.example.org'
const annotation = 'external-dns.alpha.kubernetes.io/hostname'

let plane: ControlPlane
let gatehouse: Gatehouse
let admin: Writer

/** Stored while nobody was asked. The first of each kind stays; those under deletion wait for their finalizer. */
const kept = { finalizers: [make.finalizer] }
const stored = {
  route: make.route(alice, 'stored', [foreign]),
  unwanted: make.route(alice, 'unwanted', [foreign]),
  gateway: make.gateway(alice, 'stored', foreign),
  listenerSet: make.listenerSet(alice, 'stored', foreign),
  ingress: make.ingress(alice, 'stored', foreign),
  tenant: make.tenant(alice, 'child', { host: 'child.example.org', replicas: 1 }),
  tenantGateway: make.tenantGateway(alice, 'stored', { apex: foreign, attachedNamespaces: ['tenant-bob'] }),
  package: make.platformPackage('stored', { attachedNamespaces: ['tenant-bob'] }),
  platformConfig: make.platformConfig(own, [alice, 'tenant-bob']),
}
const leaving = {
  route: make.route(alice, 'leaving', [foreign], kept),
  tlsRoute: make.route(alice, 'leaving', [foreign], { kind: 'TLSRoute', ...kept }),
  closedRoute: make.route(closed, 'leaving', [foreign], kept),
  otherRoute: make.route(alice, 'leaving-otherwise', [foreign], kept),
  gateway: make.gateway(alice, 'leaving', foreign, kept),
  listenerSet: make.listenerSet(closed, 'leaving', foreign, kept),
  ingress: make.ingress(alice, 'leaving', foreign, kept),
  tenant: make.tenant(alice, 'leaving', { host: 'leaving.example.org' }, kept),
  tenantGateway: make.tenantGateway(alice, 'leaving', { attachedNamespaces: ['tenant-bob'] }, kept),
  package: make.platformPackage('leaving', { attachedNamespaces: ['tenant-bob'] }, kept),
}
const plain = make.namespace('plain')
const full = make.tenantNamespace('tenant-full', 'full.example.org')
const lease = (place: string, name: string): make.KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: place },
  spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15 },
})
const node: make.KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'worker' } }
const secret: make.KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'gatehouse-tls', namespace: own },
}
const serviceAccount = (name: string, place: string): make.KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: place },
})

before(async () => {
  if (skip !== false) return
  plane = await startControlPlane()
  await installCrds(plane)
  gatehouse = await installGatehouse(plane, { isRegistered: false })
  admin = createWriter(plane.request)
  const namespaces = [make.tenantNamespace(alice, 'alice.example.org'), make.namespace(closed), full]
  const contents = [
    make.route('tenant-full', 'stored', [foreign]),
    make.gateway('tenant-full', 'stored', foreign),
    make.ingress('tenant-full', 'stored', foreign),
    make.tenantGateway('tenant-full', 'stored', { attachedNamespaces: ['tenant-bob'] }),
  ]
  for (const object of [...namespaces, ...Object.values(stored), ...Object.values(leaving), ...contents]) {
    assert.equal(outcomeOf(await admin.create(object)), 'stored', make.pathOf(object))
  }
  for (const object of Object.values(leaving)) await admin.remove(object)
  await gatehouse.register()
  await Promise.all(gatehouse.instances.map((instance) => instance.stop('SIGKILL')))
})
after(() => plane?.stop())

/** The chart's own Deployment, sent as Helm sends it. */
function applyDeployment(ending: string): Promise<ApiAnswer> {
  const deployment = pickObject(gatehouse.objects, 'Deployment', ending)
  return admin.apply({ ...deployment, metadata: { ...deployment.metadata, namespace: own } }, 'helm')
}

type Write = () => Promise<ApiAnswer | 'gone'>

function outcome(answer: ApiAnswer | 'gone'): string {
  return answer === 'gone' ? answer : outcomeOf(answer)
}

const lifts =
  (object: make.KubeObject): Write =>
  async () => {
    const answer = await admin.patch(object, { metadata: { finalizers: null } })
    return answer.status < 300 ? admin.vanishes(object) : answer
  }
const labels =
  (object: make.KubeObject): Write =>
  () =>
    admin.patch(object, { metadata: { labels: { 'example.org/team': 'blue' } } })
const writesStatus =
  (object: make.KubeObject, status: object = { observedBy: 'a controller' }): Write =>
  () =>
    admin.patch(object, { status }, 'status')

const goesThrough: Readonly<Record<string, Write>> = {
  // Ordinary life of namespaces.
  'an ordinary namespace is created': () => admin.create(plain),
  'kube-controller-manager brings kube-root-ca.crt into it': () =>
    admin.appears(make.configMap('plain', 'kube-root-ca.crt', {})),
  'kube-controller-manager brings its ServiceAccount into it': () => admin.appears(serviceAccount('default', 'plain')),
  'an unprotected label is put on it': labels(plain),
  'an annotation is put on it': () => admin.patch(plain, { metadata: { annotations: { 'example.org/note': 'x' } } }),
  'its status is written': () =>
    admin.replace({ ...plain, metadata: { name: 'plain', labels: { 'example.org/team': 'red' } } }, 'status'),
  'it is deleted': () => admin.remove(plain),
  'a namespace whose name only looks like one of a tenant is created': () => admin.create(make.namespace('tenants')),
  'a tenant namespace without a label is created': () => admin.create(make.namespace('tenant-new')),
  'an unprotected label is put on the namespace of a tenant': labels(make.namespace(alice)),
  'the namespace of a tenant, full of violating objects, is deleted': () => admin.remove(full),

  // Objects that leave.
  'the finalizer comes off a violating HTTPRoute under deletion': lifts(leaving.route),
  'the finalizer comes off a violating TLSRoute under deletion': lifts(leaving.tlsRoute),
  'the finalizer comes off a route under deletion in a namespace without apex': lifts(leaving.closedRoute),
  'the finalizer comes off a violating Gateway under deletion': lifts(leaving.gateway),
  'the finalizer comes off a ListenerSet under deletion in a namespace without apex': lifts(leaving.listenerSet),
  'the finalizer comes off a violating Ingress under deletion': lifts(leaving.ingress),
  'the finalizer comes off a Tenant under deletion': lifts(leaving.tenant),
  'the finalizer comes off a violating TenantGateway under deletion': lifts(leaving.tenantGateway),
  'the finalizer comes off a violating Package under deletion': lifts(leaving.package),
  'a violating route is deleted': () => admin.remove(stored.unwanted),

  // What repairs Gatehouse.
  "Gatehouse's own ConfigMap is changed": labels(make.configMap(own, 'gatehouse-config', {})),
  "Gatehouse's own Secret is changed": labels(secret),
  'a Secret is created beside it': () => admin.create({ ...secret, metadata: { name: 'extra', namespace: own } }),
  'a Lease is taken in its namespace': () => admin.create(lease(own, 'gatehouse-controller')),
  'the Lease is renewed': () =>
    admin.patch(lease(own, 'gatehouse-controller'), { spec: { renewTime: '2030-01-01T00:00:00.000000Z' } }),
  'its Deployments are applied again': async () => {
    const answers = await Promise.all([applyDeployment('-admission'), applyDeployment('-controller')])
    return answers.find(({ status }) => status >= 300) ?? answers[0]
  },
  'kube-controller-manager makes pods of its Deployment': () =>
    waitUntil('its pods are there', async () => {
      const selector = encodeURIComponent('app.kubernetes.io/component=admission')
      const answer = await plane.request('GET', `/api/v1/namespaces/${own}/pods?labelSelector=${selector}`)
      const pods = valueAt(answer.body, 'items')
      return Array.isArray(pods) && pods.length > 0 ? answer : undefined
    }),
  'its Deployment is scaled': () =>
    admin.patch(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'gatehouse-admission', namespace: own } },
      { spec: { replicas: 5 } },
      'scale',
    ),
  'its pods get tokens': () =>
    plane.request('POST', `/api/v1/namespaces/${own}/serviceaccounts/gatehouse-admission/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    }),
  'a route in its own namespace is created': () => admin.create(make.route(own, 'metrics', [foreign])),
  'its namespace gets an unprotected label': labels(make.namespace(own)),
  'the registration itself is changed': () =>
    plane.request('PATCH', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse', {
      metadata: { labels: { 'example.org/broken': 'glass' } },
    }),

  // The cluster itself.
  'a Lease is taken in kube-system': () => admin.create(lease('kube-system', 'kube-scheduler')),
  'a Lease is renewed in kube-system': () =>
    admin.patch(lease('kube-system', 'kube-scheduler'), { spec: { holderIdentity: 'another' } }),
  'a ConfigMap is created in kube-system': () => admin.create(make.configMap('kube-system', 'coredns', {})),
  'a ConfigMap named platform-config is created in kube-system': () =>
    admin.create(make.platformConfig('kube-system', [])),
  'an Ingress is created in kube-system': () => admin.create(make.ingress('kube-system', 'dashboard', foreign)),
  'a node joins': () => admin.create(node),
  'a node reports': () => admin.patch(node, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'status'),
  'a node takes its Lease': () => admin.create(lease('kube-node-lease', 'worker')),

  // What controllers report.
  'the status of a violating HTTPRoute is written': writesStatus(stored.route, { parents: [] }),
  'the status of a violating Gateway is written': writesStatus(stored.gateway, { addresses: [{ value: '192.0.2.1' }] }),
  'the status of a violating ListenerSet is written': writesStatus(stored.listenerSet, { conditions: [] }),
  'the status of a violating Ingress is written': writesStatus(stored.ingress, {
    loadBalancer: { ingress: [{ ip: '192.0.2.1' }] },
  }),
  'the status of a Tenant is written': writesStatus(stored.tenant),
  'the status of a violating TenantGateway is written': writesStatus(stored.tenantGateway),
  'the status of a violating Package is written': writesStatus(stored.package),

  // Guarded kinds, unguarded changes.
  'a Tenant is created without a host': () => admin.create(make.tenant(alice, 'hostless', { replicas: 1 })),
  'a Tenant is changed and keeps its host': () => admin.patch(stored.tenant, { spec: { replicas: 2 } }),
  'a Tenant without a host is deleted': () => admin.remove(make.tenant(alice, 'hostless', {})),
  'a Package is created without an attach list': () => admin.create(make.platformPackage('plain', { enabled: true })),
  'a Package of another shape is created': () =>
    admin.create({ apiVersion: 'cozystack.io/v1alpha1', kind: 'Package', metadata: { name: 'empty' } }),
  'a Package gives its attach list up': () =>
    admin.patch(stored.package, {
      spec: { components: { platform: { values: { gateway: { attachedNamespaces: null } } } } },
    }),
  'a TenantGateway is created without an attach list': () =>
    admin.create(make.tenantGateway(alice, 'plain', { apex: 'alice.example.org' })),
  'another ConfigMap is created in the platform namespace': () => admin.create(make.configMap(own, 'another', {})),
  'another ConfigMap is changed there': () => admin.patch(make.configMap(own, 'another', {}), { data: { key: 'x' } }),
  'another ConfigMap is deleted there': () => admin.remove(make.configMap(own, 'another', {})),
  'a label is put on an unchanged platform-config': labels(stored.platformConfig),
  'a ConfigMap named platform-config is created elsewhere': () => admin.create(make.platformConfig('default', [])),
  'a route is created outside the namespaces of tenants': () => admin.create(make.route('default', 'any', [foreign])),
  'a Gateway is created outside the namespaces of tenants': () => admin.create(make.gateway('default', 'any', foreign)),
  'an Ingress is created outside the namespaces of tenants': () =>
    admin.create(make.ingress('default', 'any', foreign)),
  'a route is created in a namespace that only looks like one of a tenant': () =>
    admin.create(make.route('tenants', 'any', [foreign])),

  // What was begun comes to its end.
  'the ordinary namespace is finalized and gone': () => admin.vanishes(plain),
  'the full namespace of a tenant is emptied, finalized and gone': () => admin.vanishes(full),
}

const hostOn = (value: string | null) => ({ metadata: { labels: { [make.hostLabel]: value } } })
const labelled = make.tenantNamespace(alice, 'stolen.example.org')

const isRefused: Readonly<Record<string, readonly [GuardId, Write]>> = {
  'an HTTPRoute in the namespace of a tenant': [
    'route-hostname',
    () => admin.create(make.route(alice, 'new', ['shop.alice.example.org'])),
  ],
  'a TLSRoute there': [
    'route-hostname',
    () => admin.create(make.route(alice, 'new', ['tls.alice.example.org'], { kind: 'TLSRoute' })),
  ],
  'a GRPCRoute there': [
    'route-hostname',
    () => admin.create(make.route(alice, 'new', ['grpc.alice.example.org'], { kind: 'GRPCRoute' })),
  ],
  'an HTTPRoute there as a dry run': [
    'route-hostname',
    () => admin.create(make.route(alice, 'dry', ['shop.alice.example.org']), '?dryRun=All'),
  ],
  'another hostname for a stored route': [
    'route-hostname',
    () => admin.patch(stored.route, { spec: { hostnames: ['shop.alice.example.org'] } }),
  ],
  'a label on a stored route, since its namespace may have lost its apex': ['route-hostname', labels(stored.route)],
  'a new hostname in the write that takes the finalizer off': [
    'route-hostname',
    () =>
      admin.patch(leaving.otherRoute, { metadata: { finalizers: null }, spec: { hostnames: ['new.bob.example.org'] } }),
  ],
  'a Gateway in the namespace of a tenant': [
    'gateway-hostname',
    () => admin.create(make.gateway(alice, 'new', 'shop.alice.example.org')),
  ],
  'a ListenerSet there': [
    'gateway-hostname',
    () => admin.create(make.listenerSet(alice, 'new', 'shop.alice.example.org')),
  ],
  'another listener for a stored Gateway': [
    'gateway-hostname',
    () => admin.patch(stored.gateway, { spec: make.gateway(alice, 'stored', 'shop.alice.example.org')['spec'] }),
  ],
  'an Ingress in the namespace of a tenant': [
    'ingress-hostname',
    () => admin.create(make.ingress(alice, 'new', 'shop.alice.example.org')),
  ],
  'an annotated hostname through the status of an Ingress': [
    'ingress-hostname',
    () =>
      admin.replace(
        { ...stored.ingress, metadata: { ...stored.ingress.metadata, annotations: { [annotation]: foreign } } },
        'status',
      ),
  ],
  'a Tenant with a host': ['tenant-host', () => admin.create(make.tenant(alice, 'new', { host: 'new.example.org' }))],
  'another host for a Tenant': ['tenant-host', () => admin.patch(stored.tenant, { spec: { host: 'new.example.org' } })],
  'a host taken from a Tenant': ['tenant-host', () => admin.patch(stored.tenant, { spec: { host: null } })],
  'a namespace with a host label': [
    'namespace-host-label',
    () => admin.create(make.tenantNamespace('tenant-carol', 'carol.example.org')),
  ],
  'a namespace with a gateway label': [
    'namespace-host-label',
    () => admin.create(make.namespace('tenant-carol', { 'namespace.cozystack.io/gateway': alice })),
  ],
  'a host label on a namespace that had none': [
    'namespace-host-label',
    () => admin.patch(make.namespace(closed), hostOn('closed.example.org')),
  ],
  'another host label': [
    'namespace-host-label',
    () => admin.patch(make.namespace(alice), hostOn('stolen.example.org')),
  ],
  'a host label taken away': ['namespace-host-label', () => admin.patch(make.namespace(alice), hostOn(null))],
  'another host label through the status of the namespace': [
    'namespace-host-label',
    () => admin.replace(labelled, 'status'),
  ],
  'another host label through the finalization of the namespace': [
    'namespace-host-label',
    () => admin.replace({ ...labelled, spec: { finalizers: ['kubernetes'] } }, 'finalize'),
  ],
  'a Package with an attach list': [
    'attached-namespaces',
    () => admin.create(make.platformPackage('new', { attachedNamespaces: ['cozy-harbor'] })),
  ],
  'a TenantGateway with an attach list': [
    'attached-namespaces',
    () => admin.create(make.tenantGateway(alice, 'new', { attachedNamespaces: ['cozy-harbor'] })),
  ],
  'a new platform-config': ['gateway-config', () => admin.create(make.platformConfig(own, ['tenant-carol']))],
  'a changed platform-config': ['gateway-config', () => admin.replace(make.platformConfig(own, ['tenant-carol']))],
  'a deleted platform-config': ['gateway-config', () => admin.remove(stored.platformConfig)],
  'a deleted collection with platform-config in it': [
    'gateway-config',
    () =>
      plane.request(
        'DELETE',
        `/api/v1/namespaces/${own}/configmaps?fieldSelector=${encodeURIComponent('metadata.name=platform-config')}`,
      ),
  ],
}

describe('with Gatehouse down', { skip }, () => {
  for (const [title, write] of Object.entries(goesThrough)) {
    test(`this goes through: ${title}`, async () => {
      const answer = await write()

      assert.match(outcome(answer), /^(stored|gone)$/)
    })
  }
  for (const [title, [guard, write]] of Object.entries(isRefused)) {
    test(`this is refused: ${title}`, async () => {
      const answer = await write()

      const expected = `500: Internal error occurred: failed calling webhook "${guard}.guards.gatehouse.dev": `
      assert.equal(outcome(answer).slice(0, expected.length), expected)
    })
  }

  test('and once it is back, every such write is judged again without any repair', async () => {
    const own = make.route(alice, 'after', ['after.alice.example.org'])
    for (const instance of gatehouse.instances) await instance.start()

    const first = await waitUntil(
      'a good route is stored',
      async () => {
        const answer = await admin.create(own)
        return answer.status < 300 ? answer : undefined
      },
      { seconds: 5 },
    )
    const bad = await admin.create(make.route(alice, 'stolen', [foreign]))
    const unjudged: string[] = []
    for (const [title, [, write]] of Object.entries(isRefused)) {
      const said = outcome(await write())
      if (said.includes('failed calling webhook')) unjudged.push(`${title}: ${said}`)
    }

    assert.equal(first.status, 201)
    assert.match(
      outcomeOf(bad),
      /^403: admission webhook "route-hostname\.guards\.gatehouse\.dev" denied the request: /,
    )
    assert.deepEqual(unjudged, [])
  })
})
