/** templates/*-networkpolicy.yaml: who may connect to the pods, by port. */
import assert from 'node:assert/strict'

import { all, at, one, render } from './render.ts'
import { test } from './with-helm.ts'

const controllerPods = {
  podSelector: {
    matchLabels: {
      'app.kubernetes.io/name': 'gatehouse',
      'app.kubernetes.io/instance': 'gatehouse',
      'app.kubernetes.io/component': 'controller',
    },
  },
}
const health = [{ port: 'health', protocol: 'TCP' }]

test('anybody reaches the webhook, and the controller alone the port of health', async () => {
  const manifests = await render()

  const { spec } = one(manifests, 'NetworkPolicy', 'gatehouse-admission')
  assert.deepEqual(at(spec, 'policyTypes'), ['Ingress'])
  assert.deepEqual(at(spec, 'ingress'), [
    { ports: [{ port: 'webhook', protocol: 'TCP' }] },
    { ports: health, from: [controllerPods] },
  ])
})

test('nobody but the controller reaches the controller', async () => {
  const { spec } = one(await render(), 'NetworkPolicy', 'gatehouse-controller')

  assert.deepEqual(at(spec, 'ingress'), [{ ports: health, from: [controllerPods] }])
})

test('namespaces that read metrics reach the port of health of both', async () => {
  const manifests = await render({ values: { networkPolicy: { metricsNamespaces: ['monitoring', 'other'] } } })

  const namespaces = ['monitoring', 'other'].map((name) => ({
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  }))
  for (const { spec } of all(manifests, 'NetworkPolicy')) {
    const rules = at(spec, 'ingress')
    assert.ok(Array.isArray(rules))
    assert.deepEqual(rules.at(-1), { ports: health, from: [controllerPods, ...namespaces] })
  }
})

test('each policy is for the pods of one Deployment', async () => {
  const manifests = await render({ release: 'r' })

  for (const policy of all(manifests, 'NetworkPolicy'))
    assert.deepEqual(
      at(policy['spec'], 'podSelector', 'matchLabels'),
      at(one(manifests, 'Deployment', policy.metadata.name), 'spec', 'selector', 'matchLabels'),
    )
  assert.equal(all(manifests, 'NetworkPolicy').length, 2)
})

test('outwards, if restricted, only names, the API server, and the admission pods for the controller', async () => {
  const egress = { restricted: true, apiServerPorts: [6443] }

  const manifests = await render({ values: { networkPolicy: { egress } } })

  const [admission, controller] = ['admission', 'controller'].map(
    (process) => one(manifests, 'NetworkPolicy', `gatehouse-${process}`)['spec'],
  )
  const common = [
    {
      ports: [
        { port: 53, protocol: 'UDP' },
        { port: 53, protocol: 'TCP' },
      ],
    },
    { ports: [{ port: 6443, protocol: 'TCP' }] },
  ]
  assert.deepEqual(at(admission, 'policyTypes'), ['Ingress', 'Egress'])
  assert.deepEqual(at(admission, 'egress'), common)
  assert.deepEqual(at(controller, 'egress'), [
    ...common,
    {
      ports: [{ port: 'webhook', protocol: 'TCP' }, ...health],
      to: [
        {
          podSelector: {
            matchLabels: {
              ...controllerPods.podSelector.matchLabels,
              'app.kubernetes.io/component': 'admission',
            },
          },
        },
      ],
    },
  ])
})

test('outwards to pods on the network of nodes, by port alone', async () => {
  const egress = { restricted: true }

  const manifests = await render({
    values: { networkPolicy: { egress }, admission: { hostNetwork: true, port: 9443 } },
  })

  const rules = at(one(manifests, 'NetworkPolicy', 'gatehouse-controller')['spec'], 'egress')
  assert.ok(Array.isArray(rules))
  assert.deepEqual(rules.at(-1), {
    ports: [
      { port: 9443, protocol: 'TCP' },
      { port: 8081, protocol: 'TCP' },
    ],
  })
})

test('there are none where they are switched off', async () => {
  assert.deepEqual(all(await render({ values: { networkPolicy: { enabled: false } } }), 'NetworkPolicy'), [])
})
