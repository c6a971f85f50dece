/** What nobody needs to judge, so that it must not wait for Gatehouse. */
import type { ApiAnswer } from '../../support/control-plane/api-request.ts'
import { pickObject } from '../../support/control-plane/render-chart.ts'
import { waitUntil } from '../../support/control-plane/wait-until.ts'
import * as make from './objects.ts'
import { alice, foreign, full, leaving, own, plain, putsLabelOn, stored, type Outage, type Write } from './outage.ts'
import { valueAt } from './writer.ts'

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

/** The chart's own Deployment, sent as Helm sends it. */
function applyDeployment(ending: string, { admin, gatehouse }: Outage): Promise<ApiAnswer> {
  const deployment = pickObject(gatehouse.objects, 'Deployment', ending)
  return admin.apply({ ...deployment, metadata: { ...deployment.metadata, namespace: own } }, 'helm')
}

const lifts =
  (object: make.KubeObject): Write =>
  async ({ admin }) => {
    const answer = await admin.patch(object, { metadata: { finalizers: null } })
    return answer.status < 300 ? admin.vanishes(object) : answer
  }
const writesStatus =
  (object: make.KubeObject, status: object = { observedBy: 'a controller' }): Write =>
  ({ admin }) =>
    admin.patch(object, { status }, 'status')

export const goesThrough: Readonly<Record<string, Write>> = {
  // Ordinary life of namespaces.
  'an ordinary namespace is created': ({ admin }) => admin.create(plain),
  'kube-controller-manager brings kube-root-ca.crt into an ordinary namespace': ({ admin }) =>
    admin.appears(make.configMap('plain', 'kube-root-ca.crt', {})),
  'kube-controller-manager brings a ServiceAccount into an ordinary namespace': ({ admin }) =>
    admin.appears(serviceAccount('default', 'plain')),
  'an unprotected label is put on an ordinary namespace': putsLabelOn(plain),
  'an annotation is put on an ordinary namespace': ({ admin }) =>
    admin.patch(plain, { metadata: { annotations: { 'example.org/note': 'x' } } }),
  'the status of an ordinary namespace is written': ({ admin }) =>
    admin.replace({ ...plain, metadata: { name: 'plain', labels: { 'example.org/team': 'red' } } }, 'status'),
  'an ordinary namespace is deleted': ({ admin }) => admin.remove(plain),
  'a namespace whose name only looks like one of a tenant is created': ({ admin }) =>
    admin.create(make.namespace('tenants')),
  'a tenant namespace without a label is created': ({ admin }) => admin.create(make.namespace('tenant-new')),
  'an unprotected label is put on the namespace of a tenant': putsLabelOn(make.namespace(alice)),
  'the namespace of a tenant, full of violating objects, is deleted': ({ admin }) => admin.remove(full),

  // Objects that leave.
  'the finalizer comes off a violating HTTPRoute under deletion': lifts(leaving.route),
  'the finalizer comes off a violating TLSRoute under deletion': lifts(leaving.tlsRoute),
  'the finalizer comes off a TCPRoute under deletion': lifts(leaving.tcpRoute),
  'the finalizer comes off a UDPRoute under deletion in a namespace without apex': lifts(leaving.udpRoute),
  'the finalizer comes off an object under deletion that may not be written at all': lifts(leaving.policy),
  'the finalizer comes off a route under deletion in a namespace without apex': lifts(leaving.closedRoute),
  'the finalizer comes off a violating Gateway under deletion': lifts(leaving.gateway),
  'the finalizer comes off a ListenerSet under deletion in a namespace without apex': lifts(leaving.listenerSet),
  'the finalizer comes off a violating Ingress under deletion': lifts(leaving.ingress),
  'the finalizer comes off a Tenant under deletion': lifts(leaving.tenant),
  'the finalizer comes off a violating TenantGateway under deletion': lifts(leaving.tenantGateway),
  'the finalizer comes off a violating Package under deletion': lifts(leaving.package),
  'a violating route is deleted': ({ admin }) => admin.remove(stored.unwanted),

  // What repairs Gatehouse.
  "Gatehouse's own ConfigMap is changed": putsLabelOn(make.configMap(own, 'gatehouse-config', {})),
  "Gatehouse's own Secret is changed": putsLabelOn(secret),
  "a Secret is created in Gatehouse's namespace": ({ admin }) =>
    admin.create({ ...secret, metadata: { name: 'extra', namespace: own } }),
  "a Lease is taken in Gatehouse's namespace": ({ admin }) => admin.create(lease(own, 'gatehouse-controller')),
  "a Lease is renewed in Gatehouse's namespace": ({ admin }) =>
    admin.patch(lease(own, 'gatehouse-controller'), { spec: { renewTime: '2030-01-01T00:00:00.000000Z' } }),
  "Gatehouse's own Deployments are applied again": async (outage) => {
    const answers = await Promise.all([applyDeployment('-admission', outage), applyDeployment('-controller', outage)])
    return answers.find(({ status }) => status >= 300) ?? answers[0]
  },
  'kube-controller-manager makes pods of Gatehouse': ({ plane }) =>
    waitUntil('its pods are there', async () => {
      const selector = encodeURIComponent('app.kubernetes.io/component=admission')
      const answer = await plane.request('GET', `/api/v1/namespaces/${own}/pods?labelSelector=${selector}`)
      const pods = valueAt(answer.body, 'items')
      return Array.isArray(pods) && pods.length > 0 ? answer : undefined
    }),
  "Gatehouse's own Deployment is scaled": ({ admin }) =>
    admin.patch(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'gatehouse-admission', namespace: own } },
      { spec: { replicas: 5 } },
      'scale',
    ),
  "Gatehouse's own pods get tokens": ({ plane }) =>
    plane.request('POST', `/api/v1/namespaces/${own}/serviceaccounts/gatehouse-admission/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    }),
  "a route is created in Gatehouse's own namespace": ({ admin }) => admin.create(make.route(own, 'metrics', [foreign])),
  "an unprotected label is put on Gatehouse's own namespace": putsLabelOn(make.namespace(own)),
  'the registration itself is changed': ({ plane }) =>
    plane.request('PATCH', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse', {
      metadata: { labels: { 'example.org/broken': 'glass' } },
    }),

  // The cluster itself.
  'a Lease is taken in kube-system': ({ admin }) => admin.create(lease('kube-system', 'kube-scheduler')),
  'a Lease is renewed in kube-system': ({ admin }) =>
    admin.patch(lease('kube-system', 'kube-scheduler'), { spec: { holderIdentity: 'another' } }),
  'a ConfigMap is created in kube-system': ({ admin }) => admin.create(make.configMap('kube-system', 'coredns', {})),
  'a ConfigMap named platform-config is created in kube-system': ({ admin }) =>
    admin.create(make.platformConfig('kube-system', [])),
  'an Ingress is created in kube-system': ({ admin }) =>
    admin.create(make.ingress('kube-system', 'dashboard', foreign)),
  'a node joins': ({ admin }) => admin.create(node),
  'a node reports': ({ admin }) =>
    admin.patch(node, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, 'status'),
  'a node takes its Lease': ({ admin }) => admin.create(lease('kube-node-lease', 'worker')),

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
  'a Tenant is created without a host': ({ admin }) => admin.create(make.tenant(alice, 'hostless', { replicas: 1 })),
  'a Tenant is created whose host is null': ({ admin }) => admin.create(make.tenant(alice, 'null', { host: null })),
  'a Tenant is created whose spec is null': ({ admin }) => admin.create(make.tenant(alice, 'spec-null', null)),
  'a Tenant is changed and keeps its host': ({ admin }) => admin.patch(stored.tenant, { spec: { replicas: 2 } }),
  'a Tenant without a host is deleted': ({ admin }) => admin.remove(make.tenant(alice, 'hostless', {})),
  'a Package is created without an attach list': ({ admin }) =>
    admin.create(make.platformPackage('plain', { enabled: true })),
  'a Package of another shape is created': ({ admin }) =>
    admin.create({ apiVersion: 'cozystack.io/v1alpha1', kind: 'Package', metadata: { name: 'empty' } }),
  'a Package is created with an empty attach list': ({ admin }) =>
    admin.create(make.platformPackage('nothing', { attachedNamespaces: [] })),
  'a Package is changed and keeps its attach list': ({ admin }) =>
    admin.patch(stored.package, { spec: { components: { platform: { values: { gateway: { enabled: true } } } } } }),
  'a TenantGateway is changed and keeps its attach list': ({ admin }) =>
    admin.patch(stored.tenantGateway, { spec: { issuerName: 'letsencrypt-stage' } }),
  'a Package gives its attach list up': ({ admin }) =>
    admin.patch(stored.package, {
      spec: { components: { platform: { values: { gateway: { attachedNamespaces: null } } } } },
    }),
  'a TenantGateway is created without an attach list': ({ admin }) =>
    admin.create(make.tenantGateway(alice, 'plain', { apex: 'alice.example.org' })),
  'another ConfigMap is created in the platform namespace': ({ admin }) =>
    admin.create(make.configMap(own, 'another', {})),
  'another ConfigMap is changed in the platform namespace': ({ admin }) =>
    admin.patch(make.configMap(own, 'another', {}), { data: { key: 'x' } }),
  'another ConfigMap is deleted in the platform namespace': ({ admin }) =>
    admin.remove(make.configMap(own, 'another', {})),
  'a label is put on an unchanged platform-config': putsLabelOn(stored.platformConfig),
  'a ConfigMap named platform-config is created elsewhere': ({ admin }) =>
    admin.create(make.platformConfig('default', [])),
  'a route is created outside the namespaces of tenants': ({ admin }) =>
    admin.create(make.route('default', 'any', [foreign])),
  'a Gateway is created outside the namespaces of tenants': ({ admin }) =>
    admin.create(make.gateway('default', 'any', foreign)),
  'an Ingress is created outside the namespaces of tenants': ({ admin }) =>
    admin.create(make.ingress('default', 'any', foreign)),
  'a route is created in a namespace that only looks like one of a tenant': ({ admin }) =>
    admin.create(make.route('tenants', 'any', [foreign])),

  // What was begun comes to its end.
  'the ordinary namespace is finalized and gone': ({ admin }) => admin.vanishes(plain),
  'the full namespace of a tenant is emptied, finalized and gone': ({ admin }) => admin.vanishes(full),
}
