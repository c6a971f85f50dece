/** The controller's rights are what its code asks the API server for: a test fails when either side has more. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before } from 'node:test'

import { z } from 'zod'

import { createDiscovery } from '../../src/cluster/discovery.ts'
import { createEventPublisher } from '../../src/cluster/events.ts'
import type { KubeClient, KubeRequest } from '../../src/cluster/kube-client.ts'
import { createLeaseStore } from '../../src/cluster/leases.ts'
import { listAllNamespaces } from '../../src/cluster/kube-namespaces.ts'
import { createPodLister } from '../../src/cluster/pods.ts'
import { createSecretStore } from '../../src/cluster/secrets.ts'
import { createRegistrationStore } from '../../src/cluster/webhook-configurations.ts'
import { all, chart, render } from './render.ts'
import { test } from './with-helm.ts'

const Rule = z.object({
  apiGroups: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  resourceNames: z.array(z.string()).default(['']),
  nonResourceURLs: z.array(z.string()).default([]),
  verbs: z.array(z.string()),
})

const namespace = 'gatehouse-system'
const { signal } = new AbortController()
const silent = () => undefined
const log = { info: silent, warn: silent, error: silent }
const clock = { now: () => 0, date: () => 0, after: () => silent }

/** Every file of src/cluster that sends requests as the controller, with all that it can ask. */
const askers: Readonly<Record<string, (client: KubeClient) => Promise<unknown>>> = {
  'discovery.ts': (client) => createDiscovery(client).list(signal),
  'events.ts': async (client) => {
    const publisher = createEventPublisher({ client, namespace, instance: 'pod', clock, log })
    const regarding = { apiVersion: 'v1', kind: 'Secret', name: 'gatehouse-tls' }
    const note = { type: 'Normal', reason: 'Reason', action: 'Action', note: 'twice', regarding } as const
    await publisher.publish(note)
    await publisher.publish(note)
  },
  'kube-namespaces.ts': listAllNamespaces,
  'leases.ts': async (client) => {
    const store = createLeaseStore(client, namespace, 'gatehouse-controller')
    const lease = { holder: 'me', durationSeconds: 1, acquiredAt: 0, renewedAt: 0, transitions: 0 }
    await store.create(lease, signal)
    const read = await store.read(signal)
    if (read !== undefined) await store.replace(read, lease, signal)
  },
  'pods.ts': (client) => createPodLister(client, namespace, { app: 'x' }).list(signal),
  'secrets.ts': async (client) => {
    const store = createSecretStore(client, namespace)
    for (const name of ['gatehouse-ca', 'gatehouse-tls']) {
      await store.create(name, 'Opaque', {}, signal)
      const read = await store.read(name, signal)
      if (read !== undefined) await store.replace(name, read, { 'tls.crt': '' }, signal)
    }
  },
  'webhook-configurations.ts': async (client) => {
    const store = createRegistrationStore(client, 'gatehouse')
    for (const kind of ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const) {
      const read = await store.read(kind, signal)
      if (read !== undefined) await store.writeBundles(read, new Map([['w', 'CA']]), signal)
    }
  },
}

/** Reads as each answer that the code expects. */
const anything = {
  kind: 'APIGroupDiscoveryList',
  metadata: { name: 'x', uid: 'x', resourceVersion: '1' },
  spec: {},
  data: {},
  items: [],
  webhooks: [{ name: 'w', clientConfig: {} }],
}

const asked: Record<string, ReadonlySet<string>> = {}

before(async () => {
  for (const [file, ask] of Object.entries(askers)) {
    const rights: string[] = []
    await ask({
      server: '',
      send(request) {
        rights.push(...listRights(request))
        return Promise.resolve(anything)
      },
    })
    asked[file] = new Set(rights)
  }
})

test('no file of src/cluster sends requests that this test does not know of', () => {
  const folder = join(chart, '..', '..', 'src', 'cluster')
  const senders = readdirSync(folder).filter(
    (name) => !name.endsWith('.test.ts') && readFileSync(join(folder, name), 'utf8').includes('client.send('),
  )

  assert.deepEqual(senders, Object.keys(askers))
  for (const [file, rights] of Object.entries(asked)) assert.ok(rights.size > 0, file)
})

test('the controller may do exactly what its code asks for', async () => {
  const manifests = await render({ namespace })

  const rules = ['ClusterRole', 'Role']
    .flatMap((kind) => all(manifests, kind))
    .filter(({ metadata }) => metadata.name === 'gatehouse-controller')
    .flatMap((role) => z.array(Rule).parse(role['rules']))
  const granted = new Set(rules.flatMap(spell))
  const wanted = new Set(Object.values(asked).flatMap((rights) => [...rights]))
  assert.deepEqual([...granted].toSorted(), [...wanted].toSorted())
})

/** One line for each verb on each name. */
function spell({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: z.infer<typeof Rule>) {
  return verbs.flatMap((verb) => [
    ...nonResourceURLs.map((url) => `${verb} ${url}`),
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) => resourceNames.map((name) => `${verb} ${group}/${resource} ${name}`.trimEnd())),
    ),
  ])
}

/** What RBAC asks for a request. Neither the name of a new object nor one in a list is known to it. */
function listRights({ method, path, patch }: KubeRequest): readonly string[] {
  const [place = ''] = path.split('?')
  const parts = /^\/(?:api\/v1|apis\/([^/]+)\/v1)(?:\/namespaces\/[^/]+(?=\/))?\/([a-z]+)(?:\/([^/]+))?$/.exec(place)
  if (parts === null) return [`get ${place}`]
  const [, group = '', resource = '', name = ''] = parts
  const verbs = {
    GET: [name === '' ? 'list' : 'get'],
    POST: ['create'],
    PUT: ['update'],
    // An apply creates what is not there.
    PATCH: patch === 'apply' ? ['patch', 'create'] : ['patch'],
  }[method]
  // Events have names of chance.
  const named = resource === 'events' ? '' : name
  return verbs.map((verb) => `${verb} ${group}/${resource} ${named}`.trimEnd())
}
