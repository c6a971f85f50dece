import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { applyPatch } from '../../../test/support/apply-patch.ts'
import { holed, json, listOf, nameOrJson } from '../../../test/support/arbitraries.ts'
import { apex, createInput, testMutatorProperties } from '../../../test/support/mutator-properties.ts'
import type { Json } from '../../guards/guard.ts'
import { isList, member } from '../../guards/json.ts'
import { inApex, isName } from '../../hostnames/name.ts'
import { defaultRouteHostname } from './mutator.ts'

const settings = defaultRouteHostname.Settings.parse({ mode: 'enforce' })
const route = (spec: Json, metadata: Json = {}) => ({ kind: 'HTTPRoute', metadata, spec })

const fills = [
  ['its name below the apex', {}, {}, '{name}.{apex}', 'shop.alice.example.org'],
  [
    'the name in the object where the request has none',
    { name: '' },
    { name: 'web' },
    '{name}.{apex}',
    'web.alice.example.org',
  ],
  ['a name of several labels', { name: 'v2.shop' }, {}, '{name}.{apex}', 'v2.shop.alice.example.org'],
  ['what another template says', {}, {}, '{name}-{namespace}.Apps.{apex}', 'shop-tenant-alice.apps.alice.example.org'],
  ['the apex alone', {}, {}, '{apex}', 'alice.example.org'],
  [
    'a hostname under generateName once there is a name',
    { name: 'shop-x7k2p' },
    { generateName: 'shop-' },
    '{name}.{apex}',
    'shop-x7k2p.alice.example.org',
  ],
] as const

for (const [title, overrides, metadata, template, hostname] of fills) {
  test(`a route without hostnames gets ${title}`, () => {
    const operations = defaultRouteHostname.patch(createInput(route({}, metadata), overrides), {
      ...settings,
      template,
    })

    assert.deepEqual(operations, [{ op: 'add', path: '/spec/hostnames', value: [hostname] }])
  })
}

const leaves = [
  ['that names a hostname', route({ hostnames: ['x.bob.example.org'] }), {}],
  ['with an empty list', route({ hostnames: [] }), {}],
  ['whose hostnames are null', route({ hostnames: null }), {}],
  ['without a spec', { kind: 'HTTPRoute', metadata: {} }, {}],
  ['whose spec is a list', route([]), {}],
  ['without a name yet', route({}, { generateName: 'shop-' }), { name: '' }],
  ['whose name makes no DNS name', route({}), { name: 'shop_1' }],
  ['whose name makes a label too long', route({}), { name: 'a'.repeat(64) }],
  ['whose apex leaves no room', route({}), { namespace: 'tenant-long' }],
  ['that Gatehouse made', route({}, { labels: { 'app.kubernetes.io/managed-by': 'gatehouse' } }), {}],
  ['that Cozystack made', route({}, { labels: { 'cozystack.io/managed-by': 'cozystack-controller' } }), {}],
  [
    'that a TenantGateway controls',
    route(
      {},
      { ownerReferences: [{ apiVersion: 'gateway.cozystack.io/v1alpha1', kind: 'TenantGateway', controller: true }] },
    ),
    {},
  ],
] as const

for (const [title, object, overrides] of leaves) {
  test(`a route ${title} stays as it is`, () => {
    assert.deepEqual(defaultRouteHostname.patch(createInput(object, overrides), settings), [])
  })
}

test('a route that people own or that Helm manages is filled like any other', () => {
  const metadata = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', controller: true }],
  }

  assert.equal(defaultRouteHostname.patch(createInput(route({}, metadata)), settings).length, 1)
})

const objects = holed({
  metadata: holed({ name: nameOrJson, labels: json }),
  spec: holed({ hostnames: listOf(nameOrJson), rules: json }),
})
const templates = fc.oneof(
  fc.constantFrom('{name}.{apex}', '{apex}', '*.{apex}', '{name}.example.org', '{nmae}.{apex}', '{name}{apex}', ''),
  fc.string(),
)

testMutatorProperties(
  defaultRouteHostname,
  templates.map((template) => ({ ...settings, template })),
  objects,
)

test('whatever the template and the name, the hostname lies within the apex', () => {
  fc.assert(
    fc.property(objects, templates, fc.string(), (object, template, name) => {
      const operations = defaultRouteHostname.patch(createInput(object, { name }), { ...settings, template })

      fc.pre(operations.length > 0)
      const hostnames = member(member(applyPatch(object, operations), 'spec'), 'hostnames')
      assert.ok(isList(hostnames) && hostnames.length === 1)
      for (const hostname of hostnames) assert.ok(isName(hostname) && inApex(hostname, apex))
    }),
  )
})
