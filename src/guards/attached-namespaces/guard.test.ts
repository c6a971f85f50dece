import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { holed, json, listOf, nameOrJson } from '../../../test/support/arbitraries.ts'
import { testCases } from '../../../test/support/cases.ts'
import { drawInputs, settings, testGuardProperties } from '../../../test/support/guard-properties.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import { evaluateGuard } from '../../admission/evaluate.ts'
import type { Json } from '../guard.ts'
import { isEqual } from '../json.ts'
import { attachedNamespaces } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, given, namespaces) => judgeWithGuard(attachedNamespaces, review, given, namespaces))

testMessages(attachedNamespaces, cases, {
  'tenant-namespace': [
    'X19',
    `spec.attachedNamespaces[0]: Forbidden: entries must name platform namespaces: "tenant-alice" starts like a tenant namespace, 'tenant-', and may not be attached; remove it, since tenants inherit a Gateway without it [attached-namespaces]`,
  ],
  'malformed-entry': [
    'X135',
    'spec.attachedNamespaces[0]: Invalid value: 42: must be the name of one namespace: up to 63 lower-case letters, digits and hyphens, no hyphen at either end [attached-namespaces]',
  ],
  'too-many': [
    {
      request: {
        kind: 'TenantGateway',
        object: { spec: { attachedNamespaces: Array.from({ length: 2001 }, () => 'cozy-dashboard') } },
      },
    },
    'spec.attachedNamespaces: Forbidden: at most 2000 values are judged in one object, and here are more; spread them over several objects [attached-namespaces]',
  ],
  'malformed-list': [
    'X134',
    'spec.attachedNamespaces: Invalid value: null: must be a list of namespace names; leave it out for none [attached-namespaces]',
  ],
})

const attached = listOf(nameOrJson)
const gateways = {
  resource: { group: 'gateway.cozystack.io', version: 'v1alpha1', kind: 'TenantGateway' },
  object: holed({ spec: holed({ attachedNamespaces: attached }) }),
  namespace: 'tenant-root',
}
const values = holed({ gateway: holed({ attachedNamespaces: attached }) })
const packages = {
  resource: { group: 'cozystack.io', version: 'v1alpha1', kind: 'Package' },
  object: holed({ spec: holed({ components: holed({ platform: holed({ values }) }), attachedNamespaces: json }) }),
  namespace: '',
}

testGuardProperties(attachedNamespaces, gateways)
testGuardProperties(attachedNamespaces, packages)

const entries = fc.array(nameOrJson, { maxLength: 6 })
const gatewayWith = (attachedNamespaces: readonly Json[]): Json => ({ spec: { attachedNamespaces } })

test('a kind without a list has none to judge', () => {
  fc.assert(
    fc.property(drawInputs(gateways), (input) => {
      assert.deepEqual(attachedNamespaces.check({ ...input, kind: 'Other' }, settings), { violations: [], advice: [] })
    }),
  )
})

test('the order of entries does not matter', () => {
  fc.assert(
    fc.property(drawInputs(gateways), entries, (input, forth) => {
      const keysOf = (list: readonly Json[]) => {
        const { violations } = attachedNamespaces.check({ ...input, object: gatewayWith(list) }, settings)
        return violations.map(({ origin, ratchetKey }) => `${origin} ${ratchetKey}`).toSorted()
      }

      assert.deepEqual(keysOf(forth.toReversed()), keysOf(forth))
    }),
  )
})

test('an update adds no entry that a new list could not have, and excuses every stored one', () => {
  fc.assert(
    fc.property(drawInputs(gateways), entries, entries, (input, stored, added) => {
      const update = { ...input, operation: 'UPDATE' as const, oldObject: gatewayWith(stored) }
      const isBad = (entry: Json) =>
        attachedNamespaces.check({ ...input, object: gatewayWith([entry]) }, settings).violations.length > 0
      const isNew = (entry: Json) => !stored.some((before) => isEqual(before, entry))

      const { violations } = evaluateGuard(
        attachedNamespaces,
        'enforce',
        { ...update, object: gatewayWith([...stored, ...added]) },
        settings,
      )

      const denied = violations.filter(({ effect }) => effect === 'deny')
      assert.equal(denied.length, added.filter((entry) => isBad(entry) && isNew(entry)).length)
      assert.equal(violations.length, [...stored, ...added].filter(isBad).length)
    }),
  )
})
