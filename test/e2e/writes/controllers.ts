/** What controllers write, and what somebody with a controller's rights could try through the same doors. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitUntil } from '../../support/control-plane/wait-until.ts'
import * as make from './objects.ts'
import { assertRefused, assertStored, foreign, stored, type Stage } from './stage.ts'
import { outcomeOf, textAt, valueAt } from './writer.ts'

const tenants = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/tenants.apps.cozystack.io'
const annotation = 'external-dns.alpha.kubernetes.io/hostname'

export function testControllers(stage: () => Stage): void {
  const statuses: readonly (readonly [make.KubeObject, object])[] = [
    [stored.route, { parents: [] }],
    [stored.gateway, { addresses: [{ value: '192.0.2.1' }] }],
    [stored.listenerSet, { conditions: [] }],
    [stored.ingress, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }],
    [stored.tenant, { ready: true }],
    [stored.tenantGateway, { ready: true }],
  ]
  for (const [object, status] of statuses) {
    test(`the status of a violating ${object.kind} is written, by patch and as a whole`, async () => {
      const { alice, admin } = stage()

      assertStored(await alice.patch(object, { status }, 'status'))
      assertStored(await alice.replace({ ...object, status }, 'status'))

      const { body } = await admin.read(object)
      for (const field of Object.keys(status)) assert.notEqual(valueAt(body, 'status', field), undefined, field)
    })
  }

  test('through the status of a route or Gateway nothing else is stored', async () => {
    const { alice, admin } = stage()
    const annotations = { [annotation]: 'evil.bob.example.org' }

    for (const object of [stored.route, stored.gateway]) {
      const smuggled = make.route('tenant-alice', 'stored', ['evil.bob.example.org'])['spec']
      assertStored(await alice.replace({ ...object, metadata: { ...object.metadata, annotations } }, 'status'))
      await alice.patch(object, { metadata: { annotations }, spec: smuggled }, 'status')
      assert.ok(!JSON.stringify(valueAt((await admin.read(object)).body, 'spec')).includes('evil.bob'))
      assert.equal(valueAt((await admin.read(object)).body, 'metadata', 'annotations', annotation), undefined)
    }
  })

  test('through the status of an Ingress no foreign name is annotated', async () => {
    const { alice } = stage()
    const annotated = (name: string): make.KubeObject => ({
      ...stored.ingress,
      metadata: { ...stored.ingress.metadata, annotations: { [annotation]: name } },
    })

    assertRefused(await alice.replace(annotated(foreign), 'status'), 'ingress-hostname', foreign)
    assertStored(await alice.replace(annotated('shop.alice.example.org'), 'status'))
  })

  test('through the status or the finalization of a Namespace no protected label changes', async () => {
    const { alice, admin } = stage()
    const labelled = make.tenantNamespace('tenant-alice', 'bob.example.org')
    const kept = make.namespace('tenant-alice', { [make.hostLabel]: 'alice.example.org', 'example.org/team': 'red' })
    const spec = { finalizers: ['kubernetes'] }

    assertRefused(await alice.replace(labelled, 'status'), 'namespace-host-label', 'immutable')
    assertRefused(await alice.replace({ ...labelled, spec }, 'finalize'), 'namespace-host-label', 'immutable')
    assertStored(await alice.replace(kept, 'status'))
    assertStored(await alice.replace({ ...kept, spec }, 'finalize'))

    const { body } = await admin.read(kept)
    assert.equal(textAt(body, 'metadata', 'labels', make.hostLabel), 'alice.example.org')
  })

  test('a Tenant is scaled, and through its scale nothing else is stored', async () => {
    const { alice, admin, plane } = stage()
    const paths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' }
    const operations = [{ op: 'add', path: '/spec/versions/0/subresources/scale', value: paths }]
    const type = { 'content-type': 'application/json-patch+json' }
    assertStored(await plane.request('PATCH', tenants, operations, type))
    const path = `${make.pathOf(stored.tenant)}/scale`
    await waitUntil('the scale is served', async () => (await plane.request('GET', path)).status === 200 || undefined)

    const answer = await alice.patch(stored.tenant, { spec: { replicas: 3, host: 'new.example.org' } }, 'scale')

    assertStored(answer)
    const { body } = await admin.read(stored.tenant)
    assert.deepEqual(valueAt(body, 'spec'), { host: 'child.example.org', replicas: 3 })
  })

  test('a version that is served one day and known to nobody is refused', async () => {
    const { admin, plane } = stage()
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    const version = { name: 'v9', served: true, storage: false, schema }
    const type = { 'content-type': 'application/json-patch+json' }
    assertStored(await plane.request('PATCH', tenants, [{ op: 'add', path: '/spec/versions/-', value: version }], type))
    const object = { ...make.tenant('tenant-alice', 'tomorrow', {}), apiVersion: 'apps.cozystack.io/v9' }

    const answer = await waitUntil('v9 is served', async () => {
      const tried = await admin.create(object)
      return tried.status === 404 ? undefined : tried
    })

    assertRefused(answer, 'tenant-host', 'v9')
    assert.equal(outcomeOf(await admin.create(make.tenant('tenant-alice', 'today', {}))), 'stored')
  })
}
