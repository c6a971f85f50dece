import assert from 'node:assert/strict'
import { test } from 'node:test'

import { testCases } from '../../../test/support/cases.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { askPlatformConfig, platformInput, platformSettings } from '../../../test/support/platform-config.ts'
import { gatewayConfig } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, given, namespaces) =>
  judgeWithGuard(gatewayConfig, review, given, namespaces),
)

const settings = platformSettings({})

test('it looks at platform-config in the platform namespace and at nothing else', () => {
  const input = platformInput({ text: '[]' })
  const named = { metadata: { name: 'platform-config' } }

  assert.equal(gatewayConfig.concerns(input, settings), true)
  assert.equal(gatewayConfig.concerns({ ...input, name: 'platform-config-2' }, settings), false)
  assert.equal(gatewayConfig.concerns({ ...input, namespace: 'tenant-a' }, settings), false)
  assert.equal(gatewayConfig.concerns({ ...input, name: '', object: {} }, settings), false)
  // A delete of the collection names no object in the request.
  const collection = { ...input, operation: 'DELETE' as const, name: '', object: null }
  assert.equal(gatewayConfig.concerns({ ...collection, oldObject: named }, settings), true)
  assert.equal(gatewayConfig.concerns({ ...collection, oldObject: { metadata: { name: 'other' } } }, settings), false)
})

test('it reads the document and the acknowledgement', () => {
  const { object } = platformInput({ text: '[]', annotations: { 'gatehouse.dev/allow-removal': 'true', other: 'x' } })

  assert.deepEqual(gatewayConfig.reads(object), ['[]', 'true'])
  assert.deepEqual(gatewayConfig.reads(null), [undefined, undefined])
})

test('it asks for the namespaces of what is new or changed, and no more than 32', () => {
  const entry = (name: string, gateway: object) => ({ name, gateway })
  const stored = [
    entry('tenant-a', {}),
    entry('tenant-b', { serverDnsNames: ['gw.b.example.org'] }),
    entry('tenant-c', {}),
  ]
  const text = [
    ...stored.slice(0, 2),
    entry('tenant-c', { image: 'ghcr.io/nvidia/openshell/a:1' }),
    entry('tenant-d', {}),
    entry('kube-system', {}),
    entry('tenant-e', { serverDnsNames: ['x.tenant-f', 'gw.example.net', 'localhost', 'a.b.c'] }),
  ]
  const many = Array.from({ length: 100 }, (_, index) => entry(`tenant-n${index}`, {}))

  const ask = (question: object) => askPlatformConfig(question).namespaces
  assert.deepEqual(ask({ stored: JSON.stringify(stored), text: JSON.stringify(text) }), [
    'tenant-d',
    'tenant-e',
    'tenant-f',
  ])
  assert.deepEqual(ask({ stored: JSON.stringify(stored), text: JSON.stringify(stored) }), [])
  assert.equal(ask({ text: JSON.stringify(many) }).length, 32)
})
