import assert from 'node:assert/strict'
import { test } from 'node:test'

import { encodePatch } from '../admission/response.ts'
import { applyPatch, readPatch } from './apply-patch.ts'

test('what a mutating answer carries is added where it says, and nothing else changes', () => {
  const object = { spec: { listeners: [{ name: 'a' }, { name: 'b' }] } }
  const operations = [
    { op: 'add', path: '/spec/listeners/1/hostname', value: '*.maple.example.com' },
    { op: 'add', path: '/spec/a~1b~0c', value: [1] },
  ]

  const filled = applyPatch(object, readPatch(JSON.parse(encodePatch('uid', operations))))

  assert.deepEqual(filled, {
    spec: { listeners: [{ name: 'a' }, { name: 'b', hostname: '*.maple.example.com' }], 'a/b~c': [1] },
  })
  assert.deepEqual(object, { spec: { listeners: [{ name: 'a' }, { name: 'b' }] } })
})

test('an answer without a patch adds nothing', () => {
  assert.deepEqual(readPatch(JSON.parse(encodePatch('uid', []))), [])
})

test('anything but an addition, and an addition to what is not there, is a fault of ours', () => {
  const removal = [{ op: 'remove', path: '/spec' }]

  assert.throws(() => readPatch(JSON.parse(encodePatch('uid', removal))), /other than to add/)
  assert.throws(() => applyPatch({}, [{ op: 'add', path: '/spec/hostnames', value: [] }]), /nothing that hostnames/)
})
