import { testCases } from '../../../test/support/cases.ts'
import { testExactTexts } from '../../../test/support/exact-texts.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { routeHostname } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, settings, namespaces) =>
  judgeWithGuard(routeHostname, review, settings, namespaces),
)

const kind = 'HTTPRoute'
const named = (...hostnames: unknown[]) => ({ metadata: {}, spec: { hostnames } as never })

testExactTexts(routeHostname, [
  {
    about: 'outside-apex',
    request: { kind, object: named('shop.bob.example.org') },
    says: `spec.hostnames[0]: Forbidden: "shop.bob.example.org" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [route-hostname]`,
  },
  {
    about: 'no-hostnames',
    request: { kind, object: named() },
    says: 'spec.hostnames: Required value: a route must name its hostnames; without them it takes every name of its Gateway [route-hostname]',
  },
  {
    about: 'malformed-name',
    request: { kind, object: named('shop.alice.example.org.') },
    says: 'spec.hostnames[0]: Invalid value: "shop.alice.example.org.": must be a DNS name without a trailing dot [route-hostname]',
  },
  {
    about: 'wrong-type',
    request: { kind, object: { spec: { hostnames: 'shop.alice.example.org' } } },
    says: 'spec.hostnames: Invalid value: "shop.alice.example.org": must be a list of DNS names [route-hostname]',
  },
  {
    about: 'unknown-namespace',
    request: { kind, namespace: 'tenant-new', object: named('a.alice.example.org') },
    says: 'metadata.namespace: Forbidden: namespace "tenant-new" is not known here yet, so no hostname may be used in it; retry in a few seconds [route-hostname]',
  },
  {
    about: 'closed-namespace',
    request: { kind, namespace: 'tenant-bare', object: named('a.alice.example.org') },
    says: `metadata.namespace: Forbidden: namespace "tenant-bare" must carry the label 'namespace.cozystack.io/host', which is missing, before hostnames may be used in it; a platform administrator sets it through \`spec.host\` of the Tenant [route-hostname]`,
  },
  {
    about: 'too-many',
    request: { kind, object: named(...Array.from({ length: 5001 }, () => 'a.alice.example.org')) },
    says: 'spec.hostnames: Forbidden: at most 5000 values are judged in one object, and here are more; spread them over several objects [route-hostname]',
  },
  {
    about: 'an empty host label',
    request: { kind, namespace: 'tenant-empty', object: named('a.alice.example.org') },
    says: `metadata.namespace: Forbidden: namespace "tenant-empty" must carry an apex in the label 'namespace.cozystack.io/host', which is empty, before hostnames may be used in it; a platform administrator sets it through \`spec.host\` of the Tenant [route-hostname]`,
  },
  {
    about: 'a malformed host label',
    request: { kind, namespace: 'tenant-odd', object: named('a.alice.example.org') },
    says: `metadata.namespace: Forbidden: namespace "tenant-odd" must carry a DNS name in the label 'namespace.cozystack.io/host', which holds "Foo_Bar"; a platform administrator sets it through \`spec.host\` of the Tenant [route-hostname]`,
  },
  {
    about: 'a name of a child tenant and a foreign parent',
    request: {
      kind,
      object: {
        spec: { hostnames: ['x.kid.alice.example.org'], parentRefs: [{ name: 'edge', namespace: 'tenant-bob' }] },
      },
    },
    says: [
      'spec.hostnames[0]: "x.kid.alice.example.org" lies inside the apex of a child tenant, which may lose traffic to it',
      'spec.parentRefs[0]: Gateway "edge" belongs to another tenant; traffic may never arrive through it',
    ],
  },
  {
    about: 'a stored name that stays',
    request: { kind, object: named('x.bob.example.org'), oldObject: named('x.bob.example.org') },
    says: [
      `spec.hostnames[0]: "x.bob.example.org" is outside the apex 'alice.example.org'; kept because this update did not add it`,
    ],
  },
  {
    about: 'several violations',
    request: { kind, object: named('b.example', 'a..b') },
    says: `2 violations:\n- spec.hostnames[0]: Forbidden: "b.example" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [route-hostname]\n- spec.hostnames[1]: Invalid value: "a..b": must be a DNS name without empty labels [route-hostname]`,
  },
])
