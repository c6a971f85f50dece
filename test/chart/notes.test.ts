/** templates/NOTES.txt: what whoever installed it should know, and do first. */
import assert from 'node:assert/strict'

import { guardIds } from '../../src/guards/resources.ts'
import { chart, runHelm } from './render.ts'
import { test } from './with-helm.ts'

test('tells the mode of each guard and what happens in an outage', async () => {
  const values = {
    config: { guards: { 'route-hostname': { mode: 'warn' }, 'tenant-host': { mode: 'disabled' } } },
    webhooks: { failurePolicies: { 'gateway-config': 'Ignore' } },
  }

  const notes = await renderNotes(values)

  const expected = new Map([
    ['route-hostname', 'warn Fail'],
    ['tenant-host', 'disabled not registered'],
    ['gateway-config', 'enforce Ignore'],
  ])
  for (const id of guardIds)
    assert.match(notes, new RegExp(`^  ${id} +${(expected.get(id) ?? 'enforce Fail').replace(' ', ' +')}$`, 'm'))
})

test('warns of one replica under Fail, and only then', async () => {
  const everywhere = Object.fromEntries(guardIds.map((id) => [id, 'Ignore']))

  const one = await renderNotes({ admission: { replicas: 1 } })
  const two = await renderNotes({ admission: { replicas: 2 } })
  const open = await renderNotes({ admission: { replicas: 1 }, webhooks: { failurePolicies: everywhere } })

  assert.match(one, /WARNING: 1 replica under failurePolicy Fail/)
  assert.doesNotMatch(two, /WARNING/)
  assert.doesNotMatch(open, /WARNING/)
})

test('names the first command to try and the one for an emergency', async () => {
  const notes = await renderNotes({})

  assert.match(notes, /kubectl -n ns rollout status deployment\/gatehouse-admission deployment\/gatehouse-controller/)
  assert.match(
    notes,
    /set test\.namespace to a tenant's namespace that there is, upgrade, and\n {2}helm -n ns test gatehouse$/m,
  )
  assert.match(
    notes,
    /kubectl delete --ignore-not-found validatingwebhookconfiguration,mutatingwebhookconfiguration gatehouse$/m,
  )
})

test('says where the test writes, where somebody said it', async () => {
  const notes = await renderNotes({ test: { namespace: 'tenant-canary' } })

  assert.match(notes, /as a dry run in namespace tenant-canary:\n {2}helm -n ns test gatehouse$/m)
  assert.doesNotMatch(notes, /set test\.namespace/)
})

test('says nothing of a test where the guard would not refuse', async () => {
  const guards = { 'ingress-hostname': { mode: 'audit' } }

  const notes = await renderNotes({ test: { namespace: 'tenant-canary' }, config: { guards } })

  assert.doesNotMatch(notes, /helm -n ns test/)
})

test('warns of a Gateway label that tenants may change, and only then', async () => {
  const gatewayLabel = 'example.org/gateway'
  const hostLabel = gatewayLabel

  const open = await renderNotes({ config: { settings: { gatewayLabel } } })
  const listed = await renderNotes({ config: { settings: { gatewayLabel, protectedLabels: [gatewayLabel] } } })
  const same = await renderNotes({ config: { settings: { gatewayLabel, hostLabel } } })

  assert.match(open, /WARNING: config\.settings\.protectedLabels lacks example\.org\/gateway/)
  for (const notes of [listed, same, await renderNotes({})]) assert.doesNotMatch(notes, /protectedLabels/)
})

test('says so where Prometheus would find a closed door', async () => {
  const metrics = { serviceMonitor: { enabled: true } }

  const closed = await renderNotes({ metrics })
  const open = await renderNotes({ metrics, networkPolicy: { metricsNamespaces: ['monitoring'] } })

  assert.match(closed, /networkPolicy\.metricsNamespaces is empty/)
  assert.doesNotMatch(open, /metricsNamespaces/)
})

async function renderNotes(values: object): Promise<string> {
  const args = ['install', 'gatehouse', chart, '--namespace', 'ns', '--dry-run=client']
  const { status, stdout, stderr } = await runHelm(args, values)
  assert.equal(status, 0, stderr)
  return stdout.slice(stdout.indexOf('\nNOTES:\n'))
}
