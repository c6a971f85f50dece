import assert from 'node:assert/strict'
import { test } from 'node:test'

import { renderKubectl } from './kubectl-words.ts'

const route = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', name: 'shop' }
const allowed = { allowed: true, reason: '', message: '', warnings: [] }
const forbidden = { allowed: false, reason: 'Forbidden', message: 'no', warnings: [] }

const words: readonly [string, typeof allowed, string][] = [
  ['apply -f a.yaml', allowed, 'httproute.gateway.networking.k8s.io/shop created\n'],
  ['replace -f a.yaml', allowed, 'httproute.gateway.networking.k8s.io/shop replaced\n'],
  ['delete httproute shop', allowed, 'httproute.gateway.networking.k8s.io "shop" deleted\n'],
  [
    'apply -f a.yaml',
    forbidden,
    'Error from server (Forbidden): error when creating "a.yaml": admission webhook "g.dev" denied the request: no\n',
  ],
  [
    'replace -f a.yaml',
    { ...forbidden, reason: 'Invalid', message: '2 violations:\n- a\n- b' },
    'The request is invalid: error when replacing "a.yaml": admission webhook "g.dev" denied the request: 2 violations:\n- a\n- b\n',
  ],
  [
    'label namespace shop a=b',
    forbidden,
    'Error from server (Forbidden): admission webhook "g.dev" denied the request: no\n',
  ],
]

for (const [command, answer, expected] of words) {
  test(`kubectl ${command} prints: ${expected.split('\n', 1)[0]}`, () => {
    assert.equal(renderKubectl(command, route, 'g.dev', answer, plain), expected)
  })
}

test('core kinds have no group, and warnings come before the result', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'tenant-maple' }

  const said = renderKubectl('label namespace tenant-maple a=b', namespace, '', { ...allowed, warnings: ['w'] }, plain)

  assert.equal(said, 'Warning: w\nnamespace/tenant-maple labeled\n')
})

function plain(_tone: string, text: string): string {
  return text
}
