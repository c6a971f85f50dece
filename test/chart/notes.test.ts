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
  assert.match(notes, /helm -n ns test gatehouse/)
  assert.match(
    notes,
    /kubectl delete --ignore-not-found validatingwebhookconfiguration,mutatingwebhookconfiguration gatehouse$/m,
  )
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
