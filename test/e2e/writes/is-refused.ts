/** What must not happen unjudged: better refused than let through. */
import type { GuardId } from '../../../src/guards/resources.ts'
import * as make from './objects.ts'
import { alice, closed, foreign, leaving, own, putsLabelOn, stored, type Write } from './outage.ts'

const annotation = 'external-dns.alpha.kubernetes.io/hostname'
const hostOn = (value: string | null) => ({ metadata: { labels: { [make.hostLabel]: value } } })
const labelled = make.tenantNamespace(alice, 'stolen.example.org')

export const isRefused: Readonly<Record<string, readonly [GuardId, Write]>> = {
  'an HTTPRoute in the namespace of a tenant': [
    'route-hostname',
    ({ admin }) => admin.create(make.route(alice, 'new', ['shop.alice.example.org'])),
  ],
  'a TLSRoute in the namespace of a tenant': [
    'route-hostname',
    ({ admin }) => admin.create(make.route(alice, 'new', ['tls.alice.example.org'], { kind: 'TLSRoute' })),
  ],
  'a GRPCRoute in the namespace of a tenant': [
    'route-hostname',
    ({ admin }) => admin.create(make.route(alice, 'new', ['grpc.alice.example.org'], { kind: 'GRPCRoute' })),
  ],
  'an HTTPRoute in the namespace of a tenant as a dry run': [
    'route-hostname',
    ({ admin }) => admin.create(make.route(alice, 'dry', ['shop.alice.example.org']), '?dryRun=All'),
  ],
  'another hostname for a stored route': [
    'route-hostname',
    ({ admin }) => admin.patch(stored.route, { spec: { hostnames: ['shop.alice.example.org'] } }),
  ],
  'a label on a stored route, since its namespace may have lost its apex': [
    'route-hostname',
    putsLabelOn(stored.route),
  ],
  'a new hostname in the write that takes the finalizer off': [
    'route-hostname',
    ({ admin }) =>
      admin.patch(leaving.otherRoute, { metadata: { finalizers: null }, spec: { hostnames: ['new.bob.example.org'] } }),
  ],
  'a Gateway in the namespace of a tenant': [
    'gateway-hostname',
    ({ admin }) => admin.create(make.gateway(alice, 'new', 'shop.alice.example.org')),
  ],
  'a ListenerSet in the namespace of a tenant': [
    'gateway-hostname',
    ({ admin }) => admin.create(make.listenerSet(alice, 'new', 'shop.alice.example.org')),
  ],
  'another listener for a stored Gateway': [
    'gateway-hostname',
    ({ admin }) =>
      admin.patch(stored.gateway, { spec: make.gateway(alice, 'stored', 'shop.alice.example.org')['spec'] }),
  ],
  'an Ingress in the namespace of a tenant': [
    'ingress-hostname',
    ({ admin }) => admin.create(make.ingress(alice, 'new', 'shop.alice.example.org')),
  ],
  'an annotated hostname through the status of an Ingress': [
    'ingress-hostname',
    ({ admin }) =>
      admin.replace(
        { ...stored.ingress, metadata: { ...stored.ingress.metadata, annotations: { [annotation]: foreign } } },
        'status',
      ),
  ],
  'a Tenant with a host': [
    'tenant-host',
    ({ admin }) => admin.create(make.tenant(alice, 'new', { host: 'new.example.org' })),
  ],
  'another host for a Tenant': [
    'tenant-host',
    ({ admin }) => admin.patch(stored.tenant, { spec: { host: 'new.example.org' } }),
  ],
  'a host taken from a Tenant': ['tenant-host', ({ admin }) => admin.patch(stored.tenant, { spec: { host: null } })],
  'a namespace with a host label': [
    'namespace-host-label',
    ({ admin }) => admin.create(make.tenantNamespace('tenant-carol', 'carol.example.org')),
  ],
  'a namespace with a gateway label': [
    'namespace-host-label',
    ({ admin }) => admin.create(make.namespace('tenant-carol', { 'namespace.cozystack.io/gateway': alice })),
  ],
  'a host label on a namespace that had none': [
    'namespace-host-label',
    ({ admin }) => admin.patch(make.namespace(closed), hostOn('closed.example.org')),
  ],
  'another host label': [
    'namespace-host-label',
    ({ admin }) => admin.patch(make.namespace(alice), hostOn('stolen.example.org')),
  ],
  'a host label taken away': ['namespace-host-label', ({ admin }) => admin.patch(make.namespace(alice), hostOn(null))],
  'another host label through the status of the namespace': [
    'namespace-host-label',
    ({ admin }) => admin.replace(labelled, 'status'),
  ],
  'another host label through the finalization of the namespace': [
    'namespace-host-label',
    ({ admin }) => admin.replace({ ...labelled, spec: { finalizers: ['kubernetes'] } }, 'finalize'),
  ],
  'a Package with an attach list': [
    'attached-namespaces',
    ({ admin }) => admin.create(make.platformPackage('new', { attachedNamespaces: ['cozy-harbor'] })),
  ],
  'a TenantGateway with an attach list': [
    'attached-namespaces',
    ({ admin }) => admin.create(make.tenantGateway(alice, 'new', { attachedNamespaces: ['cozy-harbor'] })),
  ],
  'a new platform-config': ['gateway-config', ({ admin }) => admin.create(make.platformConfig(own, ['tenant-carol']))],
  'a changed platform-config': [
    'gateway-config',
    ({ admin }) => admin.replace(make.platformConfig(own, ['tenant-carol'])),
  ],
  'a deleted platform-config': ['gateway-config', ({ admin }) => admin.remove(stored.platformConfig)],
  'a deleted collection with platform-config in it': [
    'gateway-config',
    ({ plane }) =>
      plane.request(
        'DELETE',
        `/api/v1/namespaces/${own}/configmaps?fieldSelector=${encodeURIComponent('metadata.name=platform-config')}`,
      ),
  ],
}
