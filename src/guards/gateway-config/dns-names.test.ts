import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  askPlatformConfig,
  entryWith,
  platformInput,
  platformSettings,
  platformWorld,
  type Question,
} from '../../../test/support/platform-config.ts'
import { createKnownNamespaces } from '../../../test/support/known-namespaces.ts'
import { judgeOwnership, tenantOf, type Ownership } from './dns-ownership.ts'
import { gatewayConfig } from './guard.ts'

type Expected = 'accepted' | 'malformed' | 'foreign' | 'wildcard' | 'in-cluster' | 'unknown'

/** Asks for one name in the entry of a tenant. */
function ask(name: string, tenant: string, question: Question = {}): Expected {
  const { found } = askPlatformConfig({ ...question, text: entryWith({ serverDnsNames: [name] }, tenant) })
  const [first = ': dns-name-accepted'] = found
  return first.slice(first.lastIndexOf('dns-name-') + 'dns-name-'.length) as Expected
}

function check(names: Readonly<Record<string, Expected>>, tenant = 'tenant-a', question: Question = {}): void {
  const about = [tenant, ...Object.values(question.settings ?? {}), question.complete === false ? 'early' : '']
  for (const [name, expected] of Object.entries(names)) {
    test(`${JSON.stringify(name).slice(0, 70)} is ${expected} for ${about.join(' ')}`, () => {
      assert.equal(ask(name, tenant, question), expected)
    })
  }
}

check({
  localhost: 'accepted',
  LOCALHOST: 'malformed',
  kubernetes: 'malformed',
  org: 'malformed',
  '*': 'malformed',
  '*.': 'malformed',
  '*.org': 'malformed',
  '*.localhost': 'wildcard',
  '*.*.a.example.org': 'malformed',
  'gw.*.a.example.org': 'malformed',
  'gw*.a.example.org': 'malformed',
  '*.1.2.3.4': 'malformed',
  '1.2.3.4': 'accepted',
  '1.2.3.04': 'malformed',
  '999.1.1.1': 'malformed',
  '1.2.3': 'malformed',
  '::ffff:10.0.0.1': 'accepted',
  '[::1]': 'malformed',
  'gw.1a': 'accepted',
  'gw.123': 'malformed',
  'xn--.example.net': 'malformed',
  'xn--mnchen-3ya.example.net': 'accepted',
  'gw.example.net.': 'malformed',
  'gw.example.net:443': 'malformed',
  'https://gw.example.net': 'malformed',
  'gw.example.net/a': 'malformed',
  'a.example.net,b.example.net': 'malformed',
  '--server-san=evil.net': 'malformed',
  '{{ns}}.example.net': 'malformed',
  'gw.example.net\n': 'malformed',
  '\u212aube.example.net': 'malformed',
  'gw\uff0eexample.net': 'malformed',
})

check({
  'a.example.org': 'accepted',
  'x.y.z.a.example.org': 'accepted',
  '*.a.example.org': 'accepted',
  'xa.example.org': 'foreign',
  'example.org': 'foreign',
  'free.example.org': 'foreign',
  'gw.b.example.org': 'foreign',
  'gw.customer1.io': 'foreign',
  '*.b.example.org': 'wildcard',
  '*.example.org': 'wildcard',
  '*.example.net': 'wildcard',
  'notexample.org': 'accepted',
  'gw.org': 'accepted',
})
check({ 'gw.b.example.org': 'accepted', 'gw.dev.b.example.org': 'foreign', '*.b.example.org': 'wildcard' }, 'tenant-b')
check({ '*.x.b.example.org': 'accepted', '*.dev.b.example.org': 'wildcard' }, 'tenant-b')
check({ 'gw.dev.b.example.org': 'accepted', 'gw.b.example.org': 'foreign' }, 'tenant-b-dev')
check({ '*.customer1.io': 'accepted', 'gw.example.org': 'foreign' }, 'tenant-acme')
check({ 'gw.example.net': 'accepted', '*.example.net': 'wildcard', 'gw.example.org': 'foreign' }, 'tenant-plain')
check({ 'gw.example.net': 'accepted', 'gw.none.example.org': 'foreign' }, 'tenant-none')
check({ 'free.example.org': 'accepted', 'gw.b.example.org': 'foreign' }, 'tenant-a', { settings: { rootHost: '' } })
check({ 'free.example.org': 'foreign' }, 'tenant-a', { settings: { rootHost: 'Example.ORG' } })

check({
  'openshell-gateway.tenant-a.svc': 'accepted',
  'openshell-gateway.tenant-a.svc.cluster.local': 'accepted',
  'pod.openshell-gateway.tenant-a.svc.cluster.local': 'accepted',
  'openshell-gateway.tenant-a': 'accepted',
  '10-1-2-3.tenant-a.pod.cluster.local': 'accepted',
  'tenant-a.svc': 'in-cluster',
  'tenant-a.svc.cluster.local': 'in-cluster',
  'svc.cluster.local': 'in-cluster',
  'cluster.local': 'in-cluster',
  'node.cluster.local': 'in-cluster',
  'openshell-gateway.tenant-b.svc': 'in-cluster',
  'openshell-gateway.none.svc': 'in-cluster',
  '10-1-2-3.tenant-b.pod.cluster.local': 'in-cluster',
  '10-1-2-3.tenant-b.pod': 'in-cluster',
  'x.tenant-b': 'in-cluster',
  'x.default': 'in-cluster',
  'x.tenant-none': 'accepted',
  'kubernetes.default': 'in-cluster',
  'kubernetes.default.svc': 'in-cluster',
  'kubernetes.default.svc.cluster.local': 'in-cluster',
  'kubernetes.default.cluster.local': 'in-cluster',
  '*.tenant-a.svc': 'wildcard',
  '*.tenant-a.svc.cluster.local': 'wildcard',
  'kubernetes.default.svc.a.example.org': 'accepted',
  'x.tenant-b.svc.cluster.local.a.example.org': 'accepted',
  'kubernetes.default.svc.example.net': 'accepted',
  'x.tenant-b.svc.cluster.localx': 'accepted',
})
check(
  {
    'x.tenant-b.svc.k8s.internal': 'in-cluster',
    'x.tenant-a.svc.k8s.internal': 'accepted',
    'x.cluster.local': 'accepted',
  },
  'tenant-a',
  { settings: { clusterDomain: 'K8s.internal' } },
)

// An apex that holds the cluster domain opens none of the names that the cluster resolves.
check(
  {
    'kubernetes.default.svc.cluster.a.example.org': 'in-cluster',
    'kubernetes.default.cluster.a.example.org': 'in-cluster',
    'x.tenant-b.svc.cluster.a.example.org': 'in-cluster',
    '1-2-3-4.tenant-b.pod.cluster.a.example.org': 'in-cluster',
    'svc.cluster.a.example.org': 'in-cluster',
    'node.cluster.a.example.org': 'in-cluster',
    'cluster.a.example.org': 'in-cluster',
    '*.cluster.a.example.org': 'in-cluster',
    '*.tenant-a.svc.cluster.a.example.org': 'in-cluster',
    '*.a.example.org': 'wildcard',
    '*.x.a.example.org': 'accepted',
    'x.tenant-a.svc.cluster.a.example.org': 'accepted',
    'kubernetes.default.svc.a.example.org': 'accepted',
    'kubernetes.default.svc.x.cluster.a.example.org': 'in-cluster',
  },
  'tenant-a',
  { settings: { clusterDomain: 'cluster.a.example.org' } },
)
check(
  {
    'gw.a.example.org': 'in-cluster',
    'kubernetes.default.svc.a.example.org': 'in-cluster',
    'x.tenant-a.svc.a.example.org': 'accepted',
  },
  'tenant-a',
  { settings: { clusterDomain: 'A.example.org' } },
)

// Apexes that nobody should publish, and what they open to their tenant.
const oddApexes: readonly (readonly [string, string, Ownership])[] = [
  ['apex.cluster.local', 'apex.cluster.local', 'in-cluster'],
  ['apex.cluster.local', 'gw.apex.cluster.local', 'in-cluster'],
  ['apex.cluster.local', '*.apex.cluster.local', 'in-cluster'],
  ['default.svc', 'kubernetes.default.svc', 'in-cluster'],
  ['default.svc', 'x.default.svc', 'in-cluster'],
  ['default.svc', '*.default.svc', 'in-cluster'],
  ['corp.svc', 'corp.svc', 'in-cluster'],
  ['corp.svc', 'x.corp.svc', 'in-cluster'],
  ['corp.svc', '*.corp.svc', 'in-cluster'],
  ['corp.svc', 'x.tenant-a.svc', 'owned'],
  ['tenant-a.svc', 'x.tenant-a.svc', 'owned'],
  ['default', 'kubernetes.default', 'in-cluster'],
  ['default', 'x.default', 'in-cluster'],
  ['default', 'x.y.default', 'owned'],
]

for (const [apex, name, expected] of oddApexes) {
  test(`${name} is ${expected} for a tenant with the apex ${apex}`, () => {
    const settings = platformSettings({})
    const world = { ...platformWorld, 'tenant-a': { [settings.hostLabel]: apex } }
    const known = createKnownNamespaces(world, settings, { complete: true })
    const facts = { apexes: known.apexes, namespace: known.get }

    assert.equal(judgeOwnership(name, tenantOf('tenant-a', settings, facts), settings, facts), expected)
  })
}

// While a namespace may be missing from the list, nothing rests on nobody owning a name.
check(
  {
    localhost: 'accepted',
    '10.0.0.1': 'accepted',
    'x.tenant-a.svc': 'accepted',
    'x.tenant-a': 'accepted',
    'gw.example.net': 'unknown',
    'gw.a.example.org': 'unknown',
    'x.tenant-none': 'unknown',
    'gw.b.example.org': 'foreign',
    'free.example.org': 'foreign',
    'x.tenant-b.svc': 'in-cluster',
  },
  'tenant-a',
  { complete: false },
)
check(
  {
    localhost: 'accepted',
    'x.tenant-none.svc': 'accepted',
    'gw.none.example.org': 'unknown',
    '*.none.example.org': 'unknown',
    'x.tenant-b.svc': 'in-cluster',
  },
  'tenant-none',
  { complete: false },
)

test('an entry without a usable name owns nothing, and each of its names is judged all the same', () => {
  const names = ['gw.a.example.org', 'x.tenant-a.svc', 'gw.example.net', 'A.example.net']

  const { code, found } = askPlatformConfig({ text: entryWith({ serverDnsNames: names }, 'tenant_a') })

  assert.equal(code, 422)
  assert.deepEqual(found, [
    'data.namespaces[0].name: name-malformed',
    'data.namespaces[0].gateway.serverDnsNames[3]: dns-name-malformed',
    'data.namespaces[0].gateway.serverDnsNames[0]: dns-name-foreign',
    'data.namespaces[0].gateway.serverDnsNames[1]: dns-name-in-cluster',
  ])
})

test('no message repeats a name that could steer a terminal', () => {
  const question = { text: entryWith({ serverDnsNames: ['x.tenant-a.svc', 'gw.b.example.org'] }, 'tenant-a\u001b[2J') }

  const { violations } = gatewayConfig.check(platformInput(question), platformSettings({}))

  assert.equal(violations.length, 3)
  for (const { detail } of violations) assert.match(detail, /^[ -~]*$/)
})

test('the names beyond the maximum are judged too', () => {
  const text = entryWith({ serverDnsNames: ['gw.a.example.org', 'localhost', 'localhost', 'B.example.net'] })

  const { found } = askPlatformConfig({ text, settings: { maxDnsNames: 3 } })

  assert.deepEqual(found, [
    'data.namespaces[0].gateway.serverDnsNames: dns-names-too-many',
    'data.namespaces[0].gateway.serverDnsNames[2]: dns-name-duplicate',
    'data.namespaces[0].gateway.serverDnsNames[3]: dns-name-malformed',
  ])
})

test('of a flood of names the first thousand are judged', () => {
  const serverDnsNames = [...Array.from({ length: 999 }, (_, index) => `gw${index}.a.example.org`), 'A', 'B']

  const { found } = askPlatformConfig({ text: entryWith({ serverDnsNames }) })

  assert.deepEqual(found, [
    'data.namespaces[0].gateway.serverDnsNames: dns-names-too-many',
    'data.namespaces[0].gateway.serverDnsNames[999]: dns-name-malformed',
  ])
})

test('a greater maximum is judged to its end', () => {
  const serverDnsNames = [...Array.from({ length: 1200 }, (_, index) => `gw${index}.a.example.org`), 'A']

  const { found } = askPlatformConfig({ text: entryWith({ serverDnsNames }), settings: { maxDnsNames: 1500 } })

  assert.deepEqual(found, ['data.namespaces[0].gateway.serverDnsNames[1200]: dns-name-malformed'])
})
