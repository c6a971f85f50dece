/** Who writes is who the API server says it is: the impersonated one, and groups that a token really has. */
import { test } from 'node:test'
import type { OutgoingHttpHeaders } from 'node:http'
import * as make from './objects.ts'
import { assertRefused, assertStored, foreign, type Stage } from './stage.ts'
import { actingAs, createWriter, makeClusterAdmin, textAt } from './writer.ts'

const target = make.namespace('tenant-relabelled')
const relabel = (apex: string) => ({ metadata: { labels: { [make.hostLabel]: apex } } })

/** Makes a ServiceAccount that may do everything, and signs in as it. */
async function signIn({ admin, plane }: Stage, place: string, name: string): Promise<OutgoingHttpHeaders> {
  const account: make.KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: place } }
  if ((await admin.read(make.namespace(place))).status === 404) assertStored(await admin.create(make.namespace(place)))
  assertStored(await admin.create(account))
  await makeClusterAdmin(plane.request, `system:serviceaccount:${place}:${name}`)
  const answer = await plane.request('POST', `${make.pathOf(account)}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {},
  })
  return { authorization: `Bearer ${textAt(answer.body, 'status', 'token')}` }
}

export function testIdentities(stage: () => Stage): void {
  test('a ServiceAccount of a tenant is judged as whom it impersonates', async () => {
    const { admin, plane } = stage()
    assertStored(await admin.create(target))
    const token = await signIn(stage(), 'tenant-alice', 'deployer')
    await makeClusterAdmin(plane.request, 'somebody')
    const deployer = createWriter(plane.request, token)
    const asNobody = createWriter(plane.request, { ...token, ...actingAs('somebody') })
    const asPlatform = createWriter(plane.request, {
      ...token,
      ...actingAs('somebody', ['system:serviceaccounts:cozy-system']),
    })

    assertRefused(await deployer.patch(target, relabel('one.example.org')), 'namespace-host-label', 'immutable')
    assertRefused(await asNobody.patch(target, relabel('one.example.org')), 'namespace-host-label', 'immutable')
    assertStored(await asPlatform.patch(target, relabel('one.example.org')))
    assertRefused(await deployer.patch(target, relabel('two.example.org')), 'namespace-host-label', 'immutable')
  })

  test('an administrator who impersonates a tenant is judged as the tenant', async () => {
    const { plane, admin } = stage()
    const deployer = createWriter(plane.request, actingAs('system:serviceaccount:tenant-alice:deployer'))
    const host = make.tenant('tenant-alice', 'wanted', { host: 'wanted.example.org' })

    assertRefused(await deployer.patch(target, relabel('three.example.org')), 'namespace-host-label', 'immutable')
    assertRefused(await deployer.create(host), 'tenant-host', 'spec.host can only be set')
    assertStored(await admin.create(host))
  })

  test('a ServiceAccount of the platform is trusted by the groups of its token', async () => {
    const { plane } = stage()
    const trusted = createWriter(plane.request, await signIn(stage(), 'cozy-fluxcd', 'flux'))
    const lookAlike = createWriter(plane.request, await signIn(stage(), 'cozy-fluxcd-evil', 'flux'))

    assertRefused(await lookAlike.patch(target, relabel('four.example.org')), 'namespace-host-label', 'immutable')
    assertStored(await trusted.patch(target, relabel('four.example.org')))
    assertRefused(await trusted.patch(target, relabel('No_Name')), 'namespace-host-label', 'No_Name', 422)
  })

  test('nobody at all is trusted with a foreign hostname', async () => {
    const { plane, admin } = stage()
    const master = createWriter(plane.request, actingAs('somebody', ['system:masters']))
    const object = make.route('tenant-alice', 'by-an-administrator', [foreign])

    assertRefused(await admin.create(object), 'route-hostname', 'hostnames must equal')
    assertRefused(await master.create(object), 'route-hostname', 'hostnames must equal')
  })
}
