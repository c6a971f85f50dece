import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { holed, nameOrJson, untrusted } from '../../../test/support/arbitraries.ts'
import { testCases } from '../../../test/support/cases.ts'
import { drawInputs, settings, testGuardProperties } from '../../../test/support/guard-properties.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import type { Json } from '../guard.ts'
import { isEqual, isObject, member } from '../json.ts'
import { namespaceHostLabel } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, given, namespaces) => judgeWithGuard(namespaceHostLabel, review, given, namespaces))

testMessages(namespaceHostLabel, cases, {
  'untrusted-caller': [
    'L02',
    `metadata.labels[namespace.cozystack.io/host]: Forbidden: "foreign.example.org" may not be used: label 'namespace.cozystack.io/host' is immutable for all but trusted callers; leave it alone or ask a platform administrator [namespace-host-label]`,
  ],
  'malformed-host': [
    'nl-malformed',
    'metadata.labels[namespace.cozystack.io/host]: Invalid value: "Foo_Bar..x": must be a DNS name of ASCII letters, digits, hyphens and dots [namespace-host-label]',
  ],
  'malformed-label': [
    'nl-gateway-list',
    'metadata.labels[namespace.cozystack.io/gateway]: Invalid value: a list of 1: must be text, as every label value [namespace-host-label]',
  ],
  'malformed-labels': [
    'nl-labels-list',
    'metadata.labels: Invalid value: a list of 1: must be an object [namespace-host-label]',
  ],
})

const labels = holed(Object.fromEntries([...settings.protectedLabels, 'team'].map((key) => [key, nameOrJson])))
const requests = {
  resource: { group: '', version: 'v1', kind: 'Namespace' },
  object: holed({ metadata: holed({ labels }) }),
  namespace: 'tenant-alice',
}

testGuardProperties(namespaceHostLabel, requests)

const labelsOf = (namespace: Json) => member(member(namespace, 'metadata'), 'labels')

test('an untrusted caller keeps every protected label as it is, but for empty ones that go', () => {
  fc.assert(
    fc.property(drawInputs(requests), (input) => {
      const after = labelsOf(input.object)
      const before = input.operation === 'UPDATE' ? labelsOf(input.oldObject) : undefined
      fc.pre(isObject(after))
      const changed = settings.protectedLabels.filter((key) => {
        const removesEmpty = member(before, key) === '' && member(after, key) === undefined
        return !removesEmpty && !isEqual(member(before, key), member(after, key))
      })

      const { violations } = namespaceHostLabel.check({ ...input, caller: untrusted }, settings)

      assert.deepEqual(
        violations.map(({ field, malformed }) => [field, malformed]),
        changed.map((key) => [`metadata.labels[${key}]`, false]),
      )
    }),
  )
})

test('the order of labels and of protected keys does not matter', () => {
  fc.assert(
    fc.property(drawInputs(requests), (input) => {
      const turned = { ...settings, protectedLabels: settings.protectedLabels.toReversed() }

      const forth = namespaceHostLabel.check(input, settings)
      const back = namespaceHostLabel.check(input, turned)

      assert.deepEqual(
        new Set(back.violations.map(({ field }) => field)),
        new Set(forth.violations.map(({ field }) => field)),
      )
    }),
  )
})
