import { testCases } from '../../../test/support/cases.ts'
import { testExactTexts } from '../../../test/support/exact-texts.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { gatewayHostname } from './guard.ts'

testCases(new URL('cases.yaml', import.meta.url), (review, settings, namespaces) =>
  judgeWithGuard(gatewayHostname, review, settings, namespaces),
)

const kind = 'Gateway'
const named = (hostname: string) => ({ spec: { listeners: [{ name: 'web', protocol: 'HTTPS', hostname }] } })

testExactTexts(
  gatewayHostname,
  [
    {
      about: 'outside-apex',
      request: { kind, object: named('*.example.org') },
      says: `spec.listeners[0].hostname: Forbidden: "*.example.org" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [gateway-hostname]`,
    },
    {
      about: 'catch-all',
      request: {
        kind: 'ListenerSet',
        object: {
          spec: {
            parentRef: { name: 'shared', namespace: 'cozy-system' },
            listeners: [{ name: 'web', protocol: 'HTTPS' }],
          },
        },
      },
      says: 'spec.listeners[0].hostname: Required value: a listener that joins a Gateway of another namespace must name a hostname; without one it takes every name there [gateway-hostname]',
    },
    {
      about: 'malformed-name',
      request: { kind, object: named('') },
      says: 'spec.listeners[0].hostname: Invalid value: "": must be a DNS name and must not be empty [gateway-hostname]',
    },
    {
      about: 'wrong-type',
      request: { kind, object: { spec: { listeners: { name: 'web' } } } },
      says: 'spec.listeners: Invalid value: an object with 1 key: must be a list of listeners [gateway-hostname]',
    },
    {
      about: 'everything that is open',
      request: {
        kind,
        object: {
          spec: {
            listeners: [
              { name: 'web', protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } },
              {
                name: 'tls',
                hostname: 'a.kid.alice.example.org',
                allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'blue' } } } },
              },
            ],
            allowedListeners: { namespaces: { from: 'All' } },
          },
        },
      },
      says: [
        'spec.listeners[1].hostname: "a.kid.alice.example.org" lies inside the apex of a child tenant, which may lose traffic to it',
        'spec.listeners[0]: listener "web" has no hostname and takes every name that reaches it',
        "spec.listeners[0].allowedRoutes.namespaces.from: 'All' opens it to routes of every namespace; select namespaces by name",
        "spec.listeners[1].allowedRoutes.namespaces.selector: opens it to routes of any namespace with labels that tenants may set; select by 'kubernetes.io/metadata.name'",
        "spec.allowedListeners.namespaces.from: 'All' opens it to listeners of every namespace; select namespaces by name",
      ],
    },
  ],
  // The same words as in route-hostname, pinned there.
  ['unknown-namespace', 'closed-namespace', 'too-many'],
)
