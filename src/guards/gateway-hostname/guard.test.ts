import { testCases } from '../../../test/support/cases.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import { gatewayHostname } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, settings, namespaces) => judgeWithGuard(gatewayHostname, review, settings, namespaces))

const kind = 'Gateway'
const named = (hostname: string) => ({ spec: { listeners: [{ name: 'web', protocol: 'HTTPS', hostname }] } })

testMessages(
  gatewayHostname,
  cases,
  {
    'outside-apex': [
      { request: { kind, object: named('*.example.org') } },
      `spec.listeners[0].hostname: Forbidden: "*.example.org" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [gateway-hostname]`,
    ],
    'catch-all': [
      {
        request: {
          kind: 'ListenerSet',
          object: {
            spec: {
              parentRef: { name: 'shared', namespace: 'cozy-system' },
              listeners: [{ name: 'web', protocol: 'HTTPS' }],
            },
          },
        },
      },
      'spec.listeners[0].hostname: Required value: a listener that joins a Gateway of another namespace must name a hostname; without one it takes every name there [gateway-hostname]',
    ],
    'malformed-name': [
      { request: { kind, object: named('') } },
      'spec.listeners[0].hostname: Invalid value: "": must be a DNS name and must not be empty [gateway-hostname]',
    ],
    'wrong-type': [
      { request: { kind, object: { spec: { listeners: { name: 'web' } } } } },
      'spec.listeners: Invalid value: an object with 1 key: must be a list of listeners [gateway-hostname]',
    ],
    'unknown-namespace': [
      { request: { kind, namespace: 'tenant-new', object: named('a.alice.example.org') } },
      'metadata.namespace: Forbidden: namespace "tenant-new" is not known here yet, so no hostname may be used in it; retry in a few seconds [gateway-hostname]',
    ],
    'closed-namespace': [
      { request: { kind, namespace: 'tenant-nolabel', object: named('a.alice.example.org') } },
      `metadata.namespace: Forbidden: namespace "tenant-nolabel" must carry the label 'namespace.cozystack.io/host', which is missing, before hostnames may be used in it; a platform administrator sets it through \`spec.host\` of the Tenant [gateway-hostname]`,
    ],
    'too-many': [
      { request: { kind, object: { spec: { listeners: Array.from({ length: 2001 }, () => ({})) } } } },
      'spec.listeners: Forbidden: at most 2000 values are judged in one object, and here are more; spread them over several objects [gateway-hostname]',
    ],
  },
  {
    'everything that is open': [
      {
        request: {
          kind,
          namespace: 'tenant-carol',
          object: {
            spec: {
              listeners: [
                { name: 'web', protocol: 'HTTP', allowedRoutes: { namespaces: { from: 'All' } } },
                {
                  name: 'tls',
                  hostname: 'a.lab.carol.example.org',
                  allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'blue' } } } },
                },
              ],
              allowedListeners: { namespaces: { from: 'All' } },
            },
          },
        },
      },
      [
        'spec.listeners[1].hostname: "a.lab.carol.example.org" lies inside the apex of a child tenant, which may lose traffic to it',
        'spec.listeners[0]: listener "web" has no hostname and takes every name that reaches it',
        "spec.listeners[0].allowedRoutes.namespaces.from: 'All' opens it to routes of every namespace; select namespaces by name",
        "spec.listeners[1].allowedRoutes.namespaces.selector: opens it to routes of any namespace with labels that tenants may set; select by 'kubernetes.io/metadata.name'",
        "spec.allowedListeners.namespaces.from: 'All' opens it to listeners of every namespace; select namespaces by name",
      ],
    ],
  },
)
