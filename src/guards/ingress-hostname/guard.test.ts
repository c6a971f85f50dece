import assert from 'node:assert/strict'
import { test } from 'node:test'

import { testCases } from '../../../test/support/cases.ts'
import { testExactTexts } from '../../../test/support/exact-texts.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { createKnownNamespaces } from '../../../test/support/known-namespaces.ts'
import { Settings } from '../../tenancy/settings.ts'
import { tenancyOf } from '../../tenancy/tenancy.ts'
import { ingressHostname } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, settings, namespaces) =>
  judgeWithGuard(ingressHostname, review, settings, namespaces),
)

const kind = 'Ingress'

testExactTexts(
  ingressHostname,
  [
    {
      about: 'not-free',
      request: { kind, object: { spec: { rules: [{ host: 'shop.bob.example.org' }] } } },
      says: `spec.rules[0].host: Forbidden: "shop.bob.example.org" must be within 'alice.example.org' or a free external name; use a name of your own or ask a platform administrator [ingress-hostname]`,
    },
    {
      about: 'default-backend',
      request: { kind, object: { spec: { defaultBackend: {} } } },
      says: 'spec.defaultBackend: Forbidden: rules with hosts only: `defaultBackend` takes every name that no rule names, so it may not be used [ingress-hostname]',
    },
    {
      about: 'hostless-rule',
      request: { kind, object: { spec: { rules: [{}] } } },
      says: 'spec.rules[0].host: Required value: a rule must name its host; without one it takes every name [ingress-hostname]',
    },
    {
      about: 'malformed-name',
      request: { kind, object: { spec: { tls: [{ hosts: ['a_b.example.net'] }] } } },
      says: 'spec.tls[0].hosts[0]: Invalid value: "a_b.example.net": must be a DNS name of ASCII letters, digits, hyphens and dots [ingress-hostname]',
    },
    {
      about: 'wrong-type',
      request: { kind, object: { spec: { rules: {} } } },
      says: 'spec.rules: Invalid value: an object with 0 keys: must be a list of rules [ingress-hostname]',
    },
  ],
  // The first three in the same words as in route-hostname, pinned there; the last one below.
  ['unknown-namespace', 'closed-namespace', 'too-many', 'ownership-unknown'],
)

test('while a namespace may be missing from the list, an external name is refused with advice to retry', () => {
  const settings = Settings.parse({ rootHost: 'example.org' })
  const labels = { 'tenant-alice': { [settings.hostLabel]: 'alice.example.org' } }
  const known = createKnownNamespaces(labels, settings, { complete: false })
  const input = {
    group: 'networking.k8s.io',
    version: 'v1',
    kind,
    operation: 'CREATE' as const,
    subResource: '',
    namespace: 'tenant-alice',
    name: 'shop',
    object: { spec: { rules: [{ host: 'shop.example.net' }, { host: 'shop.alice.example.org' }] } },
    oldObject: null,
    caller: { username: 'alice', groups: [] },
    facts: {
      tenancy: tenancyOf('tenant-alice', known.get('tenant-alice'), settings),
      apexes: known.apexes,
      namespace: known.get,
    },
  }

  const { violations } = ingressHostname.check(input, settings)

  assert.deepEqual(
    violations.map(({ field, origin }) => ({ field, origin })),
    [{ field: 'spec.rules[0].host', origin: 'ingress-hostname/ownership-unknown' }],
  )
  assert.match(violations[0]?.detail ?? '', /retry/)
})
