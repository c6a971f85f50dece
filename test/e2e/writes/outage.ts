/** An outage: Gatehouse is registered and dead, and the cluster holds what was stored before its time. */
import assert from 'node:assert/strict'
import type { ApiAnswer } from '../../support/control-plane/api-request.ts'
import { startControlPlane, type ControlPlane } from '../../support/control-plane/control-plane.ts'
import { installCrds } from '../../support/control-plane/crds.ts'
import { installGatehouse, type Gatehouse } from '../../support/control-plane/gatehouse.ts'
import * as make from './objects.ts'
import { createWriter, outcomeOf, type Writer } from './writer.ts'

export interface Outage {
  readonly plane: ControlPlane
  readonly gatehouse: Gatehouse
  /** In `system:masters`, since nobody at all is let past a webhook that does not answer. */
  readonly admin: Writer
}

/** One line of a list: a write, or what is seen of one that another process sends. */
export type Write = (outage: Outage) => Promise<ApiAnswer | 'gone'>

export const own = 'gatehouse-system'
export const alice = 'tenant-alice'
/** It has no host label, so no hostname may be used in it. */
export const closed = 'tenant-closed'
export const foreign = 'shop.bob.example.org'

/** Stored while nobody was asked. The first of each kind stays; those under deletion wait for their finalizer. */
const kept = { finalizers: [make.finalizer] }
export const stored = {
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
export const leaving = {
  route: make.route(alice, 'leaving', [foreign], kept),
  tlsRoute: make.route(alice, 'leaving', [foreign], { kind: 'TLSRoute', ...kept }),
  tcpRoute: make.plainRoute(alice, 'leaving', 'TCPRoute', kept),
  udpRoute: make.plainRoute(closed, 'leaving', 'UDPRoute', kept),
  policy: make.backendPolicy(alice, 'leaving', kept),
  closedRoute: make.route(closed, 'leaving', [foreign], kept),
  otherRoute: make.route(alice, 'leaving-otherwise', [foreign], kept),
  gateway: make.gateway(alice, 'leaving', foreign, kept),
  listenerSet: make.listenerSet(closed, 'leaving', foreign, kept),
  ingress: make.ingress(alice, 'leaving', foreign, kept),
  tenant: make.tenant(alice, 'leaving', { host: 'leaving.example.org' }, kept),
  tenantGateway: make.tenantGateway(alice, 'leaving', { attachedNamespaces: ['tenant-bob'] }, kept),
  package: make.platformPackage('leaving', { attachedNamespaces: ['tenant-bob'] }, kept),
}
export const plain = make.namespace('plain')
export const full = make.tenantNamespace('tenant-full', 'full.example.org')

export async function setOutage(): Promise<Outage> {
  const plane = await startControlPlane()
  await installCrds(plane)
  const gatehouse = await installGatehouse(plane, { isRegistered: false })
  const admin = createWriter(plane.request)
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
  return { plane, gatehouse, admin }
}

export function describeOutcome(answer: ApiAnswer | 'gone'): string {
  return answer === 'gone' ? answer : outcomeOf(answer)
}

export const putsLabelOn =
  (object: make.KubeObject): Write =>
  ({ admin }) =>
    admin.patch(object, { metadata: { labels: { 'example.org/team': 'blue' } } })
