/** Whatever violates a rule can still leave, and nothing slips in on the way out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitUntil } from '../../support/control-plane/wait-until.ts'
import * as make from './objects.ts'
import { assertRefused, assertStored, full, platformNamespace, stored, type Stage } from './stage.ts'
import { textAt } from './writer.ts'

const noFinalizers = { metadata: { finalizers: null } }

export function testDeletion(stage: () => Stage): void {
  test('a finalizer comes off violating objects under deletion, and they are gone', async () => {
    const { alice, admin } = stage()

    for (const object of [stored.leaving, stored.leavingGateway]) {
      assertStored(await alice.remove(object))
      assertStored(await alice.patch(object, { metadata: { labels: { 'example.org/seen': 'yes' } } }))
      assertStored(await alice.patch(object, noFinalizers))
      assert.equal(await admin.vanishes(object), 'gone')
    }
  })

  test('a finalizer comes off what may not be written in the namespace of a tenant at all', async () => {
    const { alice, admin } = stage()
    const policy = stored.leavingPolicy
    assertRefused(
      await alice.patch(policy, { metadata: { labels: { 'example.org/seen': 'yes' } } }),
      'gateway-hostname',
      'XBackendTrafficPolicy',
    )
    assertStored(await alice.remove(policy))

    const changed = await alice.patch(policy, { ...noFinalizers, spec: { retryConstraint: {} } })
    const lifted = await alice.patch(policy, noFinalizers)

    assertRefused(changed, 'gateway-hostname', 'XBackendTrafficPolicy')
    assertStored(lifted)
    assert.equal(await admin.vanishes(policy), 'gone')
  })

  test('a new violation in the write that takes the finalizer off is refused', async () => {
    const { alice, admin } = stage()
    assertStored(await alice.remove(stored.stealing))

    const answer = await alice.patch(stored.stealing, { ...noFinalizers, spec: { hostnames: ['new.bob.example.org'] } })

    assertRefused(answer, 'route-hostname', 'new.bob.example.org')
    assertStored(await admin.read(stored.stealing))
    assertStored(await alice.patch(stored.stealing, noFinalizers))
    assert.equal(await admin.vanishes(stored.stealing), 'gone')
  })

  test('violating routes are deleted one by one and as a collection', async () => {
    const { alice, admin, plane } = stage()
    const collection = make.collectionOf(stored.spare)

    const dry = await plane.request('DELETE', `${make.pathOf(stored.spare)}?dryRun=All`)
    assertStored(dry)
    assertStored(
      await plane.request('DELETE', `${collection}?labelSelector=spare`, undefined, { 'impersonate-user': 'alice' }),
    )

    assert.equal(await admin.vanishes(stored.spare), 'gone')
    assertStored(await alice.read(stored.route))
  })

  test('kubectl delete of a namespace full of violating objects waits for their finalizers only', async () => {
    const { alice, admin, plane } = stage()

    const { status, stderr } = await plane.kubectl(['delete', 'namespace', 'tenant-full', '--wait=false'])
    assert.equal(status, 0, stderr)
    await waitUntil('the objects are under deletion', async () => {
      const answers = await Promise.all([admin.read(full.held), admin.read(full.heldGateway)])
      return answers.every(({ body }) => textAt(body, 'metadata', 'deletionTimestamp') !== '') || undefined
    })
    const relabelled = await alice.patch(full.open, { metadata: { labels: { [make.hostLabel]: 'bob.example.org' } } })
    assertStored(await alice.patch(full.held, noFinalizers))
    assertStored(await alice.patch(full.heldGateway, noFinalizers))

    assertRefused(relabelled, 'namespace-host-label', 'immutable')
    assert.equal(await admin.vanishes(full.open), 'gone')
  })

  test('kubectl delete of a namespace without an apex, full of violating objects, comes to its end', async () => {
    const { plane } = stage()

    const { status, stderr } = await plane.kubectl(['delete', 'namespace', 'tenant-full-closed', '--timeout=40s'])

    assert.equal(status, 0, stderr)
    assert.equal((await stage().admin.read(full.closed)).status, 404)
  })

  test('platform-config goes with a collection if its removal is acknowledged, and with its namespace', async () => {
    const { admin, plane } = stage()
    const platform = make.namespace(platformNamespace)
    const another = make.configMap(platformNamespace, 'another', {})
    assertStored(await admin.create(another))
    const collection = make.collectionOf(stored.platformConfig)
    const acknowledgement = { metadata: { annotations: { 'gatehouse.dev/allow-removal': 'true' } } }

    const dry = await plane.request('DELETE', `${collection}?dryRun=All`)
    const real = await plane.request('DELETE', collection)
    const single = await admin.remove(stored.platformConfig)

    for (const answer of [dry, real, single]) assertRefused(answer, 'gateway-config', 'allow-removal')
    assertStored(await admin.read(stored.platformConfig))
    assertStored(await admin.patch(stored.platformConfig, acknowledgement))
    assertStored(await plane.request('DELETE', collection))
    assert.equal(await admin.vanishes(stored.platformConfig), 'gone')

    assertStored(await admin.create(stored.platformConfig))
    assertStored(await admin.remove(platform))
    assert.equal(await admin.vanishes(platform), 'gone')
  })
}
