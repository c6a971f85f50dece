import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { holed, nameOrJson, trusted, untrusted } from '../../../test/support/arbitraries.ts'
import { testCases } from '../../../test/support/cases.ts'
import { drawInputs, settings, testGuardProperties } from '../../../test/support/guard-properties.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import { foldCase } from '../../hostnames/name.ts'
import { member } from '../json.ts'
import { tenantHost } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, given, namespaces) => judgeWithGuard(tenantHost, review, given, namespaces))

testMessages(tenantHost, cases, {
  'untrusted-caller': [
    'T03',
    'spec.host: Forbidden: "foreign.example.org" may not be used: spec.host can only be set, changed or removed by a trusted caller; leave it alone or ask a platform administrator [tenant-host]',
  ],
  'malformed-host': [
    'T29',
    'spec.host: Invalid value: "Foo_Bar..x": must be a DNS name of ASCII letters, digits, hyphens and dots [tenant-host]',
  ],
  'malformed-spec': ['th-spec-text', 'spec: Invalid value: "bob.example.org": must be an object [tenant-host]'],
})

const requests = {
  resource: { group: 'apps.cozystack.io', version: 'v1alpha1', kind: 'Tenant' },
  object: holed({ metadata: holed({ name: nameOrJson }), spec: holed({ host: nameOrJson }) }),
  namespace: 'tenant-root',
}

testGuardProperties(tenantHost, requests)

test('an untrusted caller never gets past with a host that differs from the stored one', () => {
  const hostOf = (tenant: Parameters<typeof member>[0]) => member(member(tenant, 'spec'), 'host')
  fc.assert(
    fc.property(drawInputs(requests), (input) => {
      const host = hostOf(input.object)
      fc.pre(typeof host === 'string' && host !== '')
      const stored = input.operation === 'UPDATE' ? hostOf(input.oldObject) : undefined
      const isKept = typeof stored === 'string' && foldCase(stored) === foldCase(host)

      const verdict = tenantHost.check({ ...input, caller: untrusted }, settings)

      assert.equal(
        verdict.violations.some(({ stored: excused }) => excused !== true),
        !isKept,
      )
      assert.deepEqual(verdict.advice, [])
    }),
  )
})

test('who owns a name changes nothing for an untrusted caller', () => {
  fc.assert(
    fc.property(drawInputs(requests), (input) => {
      const apexes = { complete: true, ownerOf: () => undefined, hasApexBelow: () => false }
      const elsewhere = { ...input, facts: { ...input.facts, apexes } }

      assert.deepEqual(
        tenantHost.check({ ...input, caller: untrusted }, settings),
        tenantHost.check({ ...elsewhere, caller: untrusted }, settings),
      )
      assert.deepEqual(
        tenantHost.check({ ...input, caller: trusted }, settings).violations,
        tenantHost.check({ ...elsewhere, caller: trusted }, settings).violations,
      )
    }),
  )
})
