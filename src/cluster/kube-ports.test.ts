/** What the ports ask of the API server, and what they make of its answers. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createDiscovery } from './discovery.ts'
import { createEventPublisher } from './events.ts'
import type { KubeClient, KubeRequest } from './kube-client.ts'
import { KubeError } from './kube-error.ts'
import { createLeaseStore } from './leases.ts'
import { listAllNamespaces } from './kube-namespaces.ts'
import { createPodLister } from './pods.ts'
import { createSecretStore } from './secrets.ts'
import { createRegistrationStore } from './webhook-configurations.ts'

const { signal } = new AbortController()

function fake(...answers: readonly unknown[]) {
  const sent: KubeRequest[] = []
  const client: KubeClient = {
    server: 'https://api',
    async send(request) {
      const answer = answers[sent.length]
      sent.push(request)
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  return { client, sent }
}

function refuse(status: number, reason: string): KubeError {
  return new KubeError('GET /x', { status, reason, text: '' })
}

const record = { holder: 'me', durationSeconds: 15, acquiredAt: 0, renewedAt: 1_000, transitions: 2 }

test('a Lease is read, and written on the condition of its version', async () => {
  const { client, sent } = fake(
    {
      metadata: { resourceVersion: '7' },
      spec: {
        holderIdentity: 'other',
        leaseDurationSeconds: 15,
        acquireTime: '1970-01-01T00:00:00.000000Z',
        renewTime: '1970-01-01T00:00:02.500000Z',
        leaseTransitions: 1,
      },
    },
    { metadata: { resourceVersion: '8' }, spec: { holderIdentity: 'me' } },
  )
  const store = createLeaseStore(client, 'ns', 'lease')

  const read = await store.read(signal)
  assert.ok(read)
  await store.replace(read, record, signal)

  assert.deepEqual(read, {
    resourceVersion: '7',
    holder: 'other',
    durationSeconds: 15,
    acquiredAt: 0,
    renewedAt: 2_500,
    transitions: 1,
  })
  assert.deepEqual(sent[1]?.body, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'lease', namespace: 'ns', resourceVersion: '7' },
    spec: {
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '1970-01-01T00:00:00.000000Z',
      renewTime: '1970-01-01T00:00:01.000000Z',
      leaseTransitions: 2,
    },
  })
})

test('a Lease that is missing or was written by another is told apart from an error', async () => {
  const { client } = fake(
    refuse(404, 'NotFound'),
    refuse(409, 'AlreadyExists'),
    refuse(404, ''),
    refuse(422, 'Invalid'),
    { metadata: {} },
  )
  const store = createLeaseStore(client, 'ns', 'lease')

  assert.equal(await store.read(signal), undefined)
  assert.equal(await store.create(record, signal), undefined)
  await assert.rejects(store.read(signal), /404/)
  await assert.rejects(store.create(record, signal), /422/)
  await assert.rejects(store.read(signal), /unreadable/)
})

test('a Secret is replaced as a whole: keys that are no longer meant go', async () => {
  const { client, sent } = fake({
    metadata: { resourceVersion: '3' },
    data: { 'tls.crt': Buffer.from('old').toString('base64'), 'next.crt': '' },
  })
  const store = createSecretStore(client, 'ns')

  const read = await store.read('s', signal)
  assert.ok(read)
  await store.replace('s', read, { 'tls.crt': 'new' }, signal)

  assert.deepEqual(read.data, { 'tls.crt': 'old', 'next.crt': '' })
  assert.deepEqual(sent[1]?.body, {
    metadata: { resourceVersion: '3' },
    data: { 'next.crt': null, 'tls.crt': Buffer.from('new').toString('base64') },
  })
  assert.ok(sent.every(({ secret }) => secret === true))
})

test('a Secret is created by an apply without force, so that one that exists is a conflict', async () => {
  const { client, sent } = fake({}, {})
  const store = createSecretStore(client, 'ns')

  await store.create('s', 'Opaque', { a: 'b' }, signal)
  await store.create('s', 'Opaque', { a: 'c' }, signal)

  for (const { method, patch, path } of sent) {
    assert.deepEqual([method, patch], ['PATCH', 'apply'])
    assert.doesNotMatch(path, /force/)
  }
  // What one manager applies twice is no conflict.
  assert.notEqual(sent[0]?.path, sent[1]?.path)
})

test('bundles are written at their places, and only where the configuration is still the one that was read', async () => {
  const { client, sent } = fake({
    metadata: { name: 'gatehouse', uid: 'u', resourceVersion: '5' },
    webhooks: [
      { name: 'a', clientConfig: { url: 'https://x' } },
      { name: 'b', clientConfig: { caBundle: Buffer.from('PEM').toString('base64') } },
    ],
  })
  const store = createRegistrationStore(client, 'gatehouse')

  const read = await store.read('ValidatingWebhookConfiguration', signal)
  assert.ok(read)
  await store.writeBundles(read, new Map([['b', 'NEW']]), signal)

  assert.deepEqual(
    read.webhooks.map(({ caBundle, url, failurePolicy, matchPolicy }) => [caBundle, url, failurePolicy, matchPolicy]),
    [
      ['', 'https://x', 'Fail', 'Equivalent'],
      ['PEM', undefined, 'Fail', 'Equivalent'],
    ],
  )
  assert.deepEqual(sent[1]?.body, [
    { op: 'replace', path: '/metadata/resourceVersion', value: '5' },
    { op: 'add', path: '/webhooks/1/clientConfig/caBundle', value: Buffer.from('NEW').toString('base64') },
  ])
})

test('labels of a selector are requirements like its expressions', async () => {
  const { client } = fake({
    metadata: { name: 'gatehouse', uid: 'u', resourceVersion: '5' },
    webhooks: [
      {
        name: 'a',
        clientConfig: {},
        objectSelector: {},
        namespaceSelector: {
          matchLabels: { a: 'b' },
          matchExpressions: [{ key: 'c', operator: 'Exists' }],
        },
      },
    ],
  })

  const read = await createRegistrationStore(client, 'gatehouse').read('MutatingWebhookConfiguration', signal)

  assert.deepEqual(read?.webhooks[0]?.objectSelector, [])
  assert.deepEqual(read?.webhooks[0]?.namespaceSelector, [
    { key: 'a', operator: 'In', values: ['b'] },
    { key: 'c', operator: 'Exists', values: [] },
  ])
})

test('pods that have ended are left out, those that are going are not', async () => {
  const { client } = fake({
    items: [
      { metadata: { name: 'new' }, status: { phase: 'Pending' } },
      {
        metadata: { name: 'going', deletionTimestamp: '2030-01-01T00:00:00Z' },
        status: { phase: 'Running', podIP: 'x' },
      },
      { metadata: { name: 'done' }, status: { phase: 'Succeeded', podIP: 'y' } },
      { metadata: { name: 'evicted' }, status: { phase: 'Failed' } },
      { metadata: { name: 'bare' } },
    ],
  })

  const pods = await createPodLister(client, 'ns', { app: 'x' }).list(signal)

  assert.deepEqual(pods, [
    { name: 'new', ip: '' },
    { name: 'going', ip: 'x' },
    { name: 'bare', ip: '' },
  ])
})

test('an Event that repeats is counted, and begins anew where it is gone', async () => {
  const { client, sent } = fake({}, {}, refuse(404, 'NotFound'), {})
  const clock = createFakeClock()
  const log = { info() {}, warn: () => assert.fail('nothing is wrong') }
  const publisher = createEventPublisher({ client, namespace: 'ns', instance: 'pod', clock, log })
  const note = {
    type: 'Warning',
    reason: 'R',
    action: 'A',
    note: 'n'.repeat(2_000),
    regarding: { apiVersion: 'v1', kind: 'Secret', name: 's' },
  } as const

  for (let times = 0; times < 3; times++) await publisher.publish(note)

  assert.deepEqual(
    sent.map(({ method }) => method),
    ['POST', 'PATCH', 'PATCH', 'POST'],
  )
  const { series } = Object(sent[1]?.body)
  assert.equal(series.count, 2)
  const event = Object(sent[0]?.body)
  assert.ok(event.note.length <= 1_024)
  assert.equal(event.regarding.namespace, 'ns')
})

test('an Event that cannot be written is a line in the log and no failure', async () => {
  const { client } = fake(refuse(403, 'Forbidden'))
  const logged: string[] = []
  const log = { info() {}, warn: (_: object, message: string) => void logged.push(message) }
  const publisher = createEventPublisher({ client, namespace: 'ns', instance: 'pod', clock: createFakeClock(), log })

  await publisher.publish({
    type: 'Normal',
    reason: 'R',
    action: 'A',
    note: 'n',
    regarding: { apiVersion: 'v1', kind: 'Secret', name: 's' },
  })

  assert.deepEqual(logged, ['Failed to write an Event'])
})

test('discovery names every served version with its subresources', async () => {
  const legacy = {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: {},
        versions: [
          {
            version: 'v1',
            resources: [
              {
                resource: 'namespaces',
                scope: 'Cluster',
                responseKind: { kind: 'Namespace' },
                subresources: [{ subresource: 'status' }, { subresource: 'finalize' }],
              },
            ],
          },
        ],
      },
    ],
  }
  const groups = {
    kind: 'APIGroupDiscoveryList',
    items: [
      {
        metadata: { name: 'g' },
        versions: [{ version: 'v2', resources: [{ resource: 'r', scope: 'Namespaced' }] }, { version: 'v3' }],
      },
    ],
  }
  const { client } = fake(legacy, groups)

  const served = await createDiscovery(client).list(signal)

  assert.deepEqual(served, [
    {
      group: '',
      version: 'v1',
      kind: 'Namespace',
      resource: 'namespaces',
      scope: 'Cluster',
      subresources: ['status', 'finalize'],
    },
    { group: 'g', version: 'v2', kind: 'r', resource: 'r', scope: 'Namespaced', subresources: [] },
  ])
})

test('an API server without aggregated discovery is an error, not one that serves nothing', async () => {
  const { client } = fake({ kind: 'APIVersions' }, { kind: 'APIGroupList' })

  await assert.rejects(createDiscovery(client).list(signal), /aggregated discovery/)
})

test('namespaces are listed to the last page, and a page that leads nowhere ends in an error', async () => {
  const page = (name: string, next: string) => ({ items: [{ metadata: { name } }], metadata: { continue: next } })
  const whole = fake(page('a', 'x y'), page('b', ''))
  const endless = fake(page('a', 'x'), page('b', 'x'))

  const namespaces = await listAllNamespaces(whole.client)

  assert.deepEqual(
    namespaces.map(({ name }) => name),
    ['a', 'b'],
  )
  assert.match(whole.sent[1]?.path ?? '', /continue=x\+y/)
  await assert.rejects(listAllNamespaces(endless.client), /unreadable/)
})
