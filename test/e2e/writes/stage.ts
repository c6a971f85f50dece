/** What the tests of writes stand on: a control plane with Gatehouse, and objects from before its time. */
import assert from 'node:assert/strict'
import type { ApiAnswer } from '../../support/control-plane/api-request.ts'
import { startControlPlane, type ControlPlane } from '../../support/control-plane/control-plane.ts'
import { installCrds } from '../../support/control-plane/crds.ts'
import { installGatehouse, type Gatehouse } from '../../support/control-plane/gatehouse.ts'
import type { GuardId } from '../../../src/guards/resources.ts'
import * as make from './objects.ts'
import { actingAs, createWriter, makeClusterAdmin, outcomeOf, type Writer } from './writer.ts'

export interface Stage {
  readonly plane: ControlPlane
  readonly gatehouse: Gatehouse
  /** In `system:masters`. */
  readonly admin: Writer
  /** May write everything as far as RBAC goes, and is trusted with nothing. */
  readonly alice: Writer
}

export const platformNamespace = 'openshell-platform'
export const foreign = 'shop.bob.example.org'
const kept = { finalizers: [make.finalizer] }

/** Violating objects of tenant-alice, stored before anybody judged. */
export const stored = {
  route: make.route('tenant-alice', 'stored', [foreign]),
  spare: make.route('tenant-alice', 'spare', [foreign], { labels: { spare: 'yes' } }),
  leaving: make.route('tenant-alice', 'leaving', [foreign], kept),
  stealing: make.route('tenant-alice', 'stealing', [foreign], kept),
  gateway: make.gateway('tenant-alice', 'stored', foreign),
  leavingGateway: make.gateway('tenant-alice', 'leaving', foreign, kept),
  leavingPolicy: make.backendPolicy('tenant-alice', 'leaving', kept),
  listenerSet: make.listenerSet('tenant-alice', 'stored', foreign),
  ingress: make.ingress('tenant-alice', 'stored', foreign),
  tenant: make.tenant('tenant-alice', 'child', { host: 'child.example.org', replicas: 1 }),
  tenantGateway: make.tenantGateway('tenant-alice', 'stored', { attachedNamespaces: ['tenant-bob'] }),
  platformConfig: make.platformConfig(platformNamespace, ['tenant-alice', 'tenant-bob', 'tenant-carol']),
}

/** One with an apex and one without, both full of violating objects. */
export const full = {
  open: make.tenantNamespace('tenant-full', 'full.example.org'),
  closed: make.namespace('tenant-full-closed'),
  held: make.route('tenant-full', 'held', [foreign], kept),
  heldGateway: make.gateway('tenant-full', 'held', foreign, kept),
}

function contentsOf(place: string): readonly make.KubeObject[] {
  return [
    make.route(place, 'web', [foreign]),
    make.route(place, 'tls', [foreign], { kind: 'TLSRoute' }),
    make.route(place, 'rpc', [foreign], { kind: 'GRPCRoute' }),
    make.gateway(place, 'edge', foreign),
    make.listenerSet(place, 'more', foreign),
    make.ingress(place, 'web', foreign),
    make.tenant(place, 'child', { host: foreign }),
    make.tenantGateway(place, 'edge', { attachedNamespaces: ['tenant-bob'] }),
  ]
}

export async function setStage(): Promise<Stage> {
  const plane = await startControlPlane()
  await installCrds(plane)
  const values = { config: { settings: { platformNamespace } } }
  const gatehouse = await installGatehouse(plane, { values, isRegistered: false })
  const admin = createWriter(plane.request)
  const objects = [
    make.tenantNamespace('tenant-alice', 'alice.example.org'),
    make.tenantNamespace('tenant-bob', 'bob.example.org'),
    make.namespace(platformNamespace),
    ...Object.values(full).filter(({ kind }) => kind === 'Namespace'),
    ...Object.values(full).filter(({ kind }) => kind !== 'Namespace'),
    ...contentsOf('tenant-full'),
    ...contentsOf('tenant-full-closed'),
    ...Object.values(stored),
  ]
  for (const object of objects) assert.equal(outcomeOf(await admin.create(object)), 'stored', make.pathOf(object))
  await makeClusterAdmin(plane.request, 'alice')
  await gatehouse.register()
  return { plane, gatehouse, admin, alice: createWriter(plane.request, actingAs('alice')) }
}

export function assertStored(answer: ApiAnswer): void {
  assert.equal(outcomeOf(answer), 'stored')
}

/** The refusal of one guard, with `words` in its message. */
export function assertRefused(answer: ApiAnswer, guard: GuardId, words: string, code = 403): void {
  const said = outcomeOf(answer)
  const prefix = `${code}: admission webhook "${guard}.guards.gatehouse.dev" denied the request: `
  assert.equal(said.slice(0, prefix.length), prefix)
  assert.ok(said.includes(words), said)
}
