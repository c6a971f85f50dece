import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { applyPatch } from '../../../test/support/apply-patch.ts'
import { holed, json, listOf, nameOrJson } from '../../../test/support/arbitraries.ts'
import { createInput, testMutatorProperties } from '../../../test/support/mutator-properties.ts'
import type { Json } from '../../guards/guard.ts'
import { isList, isObject, member } from '../../guards/json.ts'
import { defaultListenerHostname } from './mutator.ts'

const settings = defaultListenerHostname.Settings.parse({ mode: 'enforce' })
const gateway = (listeners: Json, metadata: Json = {}) => ({ kind: 'Gateway', metadata, spec: { listeners } })
const patch = (object: Json, overrides = {}) => defaultListenerHostname.patch(createInput(object, overrides))
const filled = (at: number) => ({ op: 'add', path: `/spec/listeners/${at}/hostname`, value: '*.alice.example.org' })

const http = { name: 'http', port: 80, protocol: 'HTTP' }
const https = { name: 'https', port: 443, protocol: 'HTTPS' }
const tls = { name: 'tls', port: 443, protocol: 'TLS' }

const tables = [
  ['fills every HTTP, HTTPS and TLS listener', [http, https, tls], [0, 1, 2]],
  ['leaves TCP and UDP listeners alone', [{ ...http, protocol: 'TCP' }, { ...http, protocol: 'UDP' }, https], [2]],
  [
    'leaves other protocols alone, in other letter case too',
    [
      { ...http, protocol: 'http' },
      { ...http, protocol: 'acme.io/x' },
    ],
    [],
  ],
  [
    'never overrules a hostname, foreign, empty or null',
    [
      { ...http, hostname: 'x.bob.example.org' },
      { ...https, hostname: '' },
      { ...tls, hostname: null },
    ],
    [],
  ],
  [
    'fills beside a listener that has one',
    [
      { ...https, hostname: 'shop.alice.example.org' },
      { ...https, name: 'rest' },
    ],
    [1],
  ],
  [
    'leaves a catch-all beside the same wildcard on its port',
    [{ ...https, hostname: '*.ALICE.example.org' }, { ...https, name: 'rest' }, http],
    [2],
  ],
  ['skips what is no listener', ['http', null, [http], {}, http], [4]],
  ['finds nothing in an empty list', [], []],
] as const

for (const [title, listeners, expected] of tables) {
  test(`it ${title}`, () => {
    assert.deepEqual(patch(gateway(listeners)), expected.map(filled))
  })
}

const leaves = [
  ['without listeners', { kind: 'Gateway', spec: {} }],
  ['whose listeners are an object', gateway({ 0: http })],
  ['without a spec', { kind: 'Gateway' }],
  ['that Gatehouse made', gateway([http], { labels: { 'app.kubernetes.io/managed-by': 'gatehouse' } })],
  ['that Cozystack made', gateway([http], { labels: { 'cozystack.io/managed-by': 'cozystack-controller' } })],
] as const

for (const [title, object] of leaves) {
  test(`a Gateway ${title} stays as it is`, () => {
    assert.deepEqual(patch(object), [])
  })
}

test('an apex that leaves no room for a wildcard leaves the catch-all', () => {
  assert.deepEqual(patch(gateway([http]), { namespace: 'tenant-long' }), [])
})

const listener = holed({
  name: nameOrJson,
  port: json,
  protocol: fc.constantFrom('HTTP', 'HTTPS', 'TLS', 'TCP'),
  hostname: nameOrJson,
})
const objects = holed({ metadata: holed({ labels: json }), spec: holed({ listeners: listOf(listener) }) })

testMutatorProperties(defaultListenerHostname, fc.constant(settings), objects)

test('a listener ends up with its own hostname, with the wildcard of the apex, or as it was', () => {
  fc.assert(
    fc.property(objects, (object) => {
      const listenersOf = (owner: Json) => {
        const list = member(member(owner, 'spec'), 'listeners')
        return isList(list) ? list : []
      }

      const after = listenersOf(applyPatch(object, patch(object)))

      for (const [at, before] of listenersOf(object).entries()) {
        const hostname = member(after[at], 'hostname')
        const isFilled = isObject(before) && !Object.hasOwn(before, 'hostname') && hostname !== undefined
        assert.deepEqual(after[at], isFilled ? { ...before, hostname: '*.alice.example.org' } : before)
      }
    }),
  )
})
