import { testCases } from '../../../test/support/cases.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import type { Json } from '../guard.ts'
import { routeHostname } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, settings, namespaces) => judgeWithGuard(routeHostname, review, settings, namespaces))

const kind = 'HTTPRoute'
const named = (...hostnames: readonly Json[]) => ({ metadata: {}, spec: { hostnames } })
const within = (namespace: string) => ({ request: { kind, namespace, object: named('a.alice.example.org') } })

testMessages(
  routeHostname,
  cases,
  {
    'outside-apex': [
      { request: { kind, object: named('shop.bob.example.org') } },
      `spec.hostnames[0]: Forbidden: "shop.bob.example.org" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [route-hostname]`,
    ],
    'no-hostnames': [
      { request: { kind, object: named() } },
      'spec.hostnames: Required value: a route must name its hostnames; without them it takes every name of its Gateway [route-hostname]',
    ],
    'malformed-name': [
      { request: { kind, object: named('shop.alice.example.org.') } },
      'spec.hostnames[0]: Invalid value: "shop.alice.example.org.": must be a DNS name without a trailing dot [route-hostname]',
    ],
    'wrong-type': [
      { request: { kind, object: { spec: { hostnames: 'shop.alice.example.org' } } } },
      'spec.hostnames: Invalid value: "shop.alice.example.org": must be a list of DNS names [route-hostname]',
    ],
    'unknown-namespace': [
      within('tenant-new'),
      'metadata.namespace: Forbidden: namespace "tenant-new" is not known here yet, so no hostname may be used in it; retry in a few seconds [route-hostname]',
    ],
    'closed-namespace': [
      within('tenant-nolabel'),
      `metadata.namespace: Forbidden: namespace "tenant-nolabel" must carry the label 'namespace.cozystack.io/host', which is missing, before hostnames may be used in it; a platform administrator sets it through \`spec.host\` of the Tenant [route-hostname]`,
    ],
    'too-many': [
      { request: { kind, object: named(...Array.from({ length: 2001 }, () => 'a.alice.example.org')) } },
      'spec.hostnames: Forbidden: at most 2000 values are judged in one object, and here are more; spread them over several objects [route-hostname]',
    ],
  },
  {
    'an empty host label': [
      within('tenant-empty'),
      `metadata.namespace: Forbidden: namespace "tenant-empty" must carry an apex in the label 'namespace.cozystack.io/host', which is empty, before hostnames may be used in it; a platform administrator sets it through \`spec.host\` of the Tenant [route-hostname]`,
    ],
    'a malformed host label': [
      within('tenant-badlabel'),
      `metadata.namespace: Forbidden: namespace "tenant-badlabel" must carry a DNS name in the label 'namespace.cozystack.io/host', which holds "Foo_Bar..x"; a platform administrator sets it through \`spec.host\` of the Tenant [route-hostname]`,
    ],
    'a name of a child tenant and a foreign parent': [
      {
        request: {
          kind,
          namespace: 'tenant-carol',
          object: {
            spec: { hostnames: ['x.lab.carol.example.org'], parentRefs: [{ name: 'edge', namespace: 'tenant-bob' }] },
          },
        },
      },
      [
        'spec.hostnames[0]: "x.lab.carol.example.org" lies inside the apex of a child tenant, which may lose traffic to it',
        'spec.parentRefs[0]: Gateway "edge" belongs to another tenant; traffic may never arrive through it',
      ],
    ],
    'a stored name that stays': [
      { request: { kind, object: named('x.bob.example.org'), oldObject: named('x.bob.example.org') } },
      [
        `spec.hostnames[0]: "x.bob.example.org" is outside the apex 'alice.example.org'; kept because this update did not add it`,
      ],
    ],
    'several violations': [
      { request: { kind, object: named('b.example', 'a..b') } },
      `2 violations:\n- spec.hostnames[0]: Forbidden: "b.example" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [route-hostname]\n- spec.hostnames[1]: Invalid value: "a..b": must be a DNS name without empty labels [route-hostname]`,
    ],
  },
)
