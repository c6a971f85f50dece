import { testCases } from '../../../test/support/cases.ts'
import { judgeWithGuard } from '../../../test/support/judge-with-guard.ts'
import { testMessages } from '../../../test/support/pin-messages.ts'
import { ingressHostname } from './guard.ts'

const cases = new URL('cases.yaml', import.meta.url)

testCases(cases, (review, settings, namespaces) => judgeWithGuard(ingressHostname, review, settings, namespaces))

const kind = 'Ingress'
const ruled = (...hosts: readonly string[]) => ({ spec: { rules: hosts.map((host) => ({ host })) } })

testMessages(ingressHostname, cases, {
  'not-free': [
    { request: { kind, object: ruled('shop.bob.example.org') } },
    `spec.rules[0].host: Forbidden: "shop.bob.example.org" must be within 'alice.example.org' or a free external name; use a name of your own or ask a platform administrator [ingress-hostname]`,
  ],
  'ownership-unknown': [
    { request: { kind, object: ruled('shop.example.net', 'shop.alice.example.org') }, complete: false },
    'spec.rules[0].host: Forbidden: "shop.example.net" may not be used yet: not every namespace is known here, so nobody can tell whether the name is free; retry in a few seconds [ingress-hostname]',
  ],
  'default-backend': [
    { request: { kind, object: { spec: { defaultBackend: {} } } } },
    'spec.defaultBackend: Forbidden: rules with hosts only: `defaultBackend` takes every name that no rule names, so it may not be used [ingress-hostname]',
  ],
  'hostless-rule': [
    { request: { kind, object: { spec: { rules: [{}] } } } },
    'spec.rules[0].host: Required value: a rule must name its host; without one it takes every name [ingress-hostname]',
  ],
  'malformed-name': [
    { request: { kind, object: { spec: { tls: [{ hosts: ['a_b.example.net'] }] } } } },
    'spec.tls[0].hosts[0]: Invalid value: "a_b.example.net": must be a DNS name of ASCII letters, digits, hyphens and dots [ingress-hostname]',
  ],
  'wrong-type': [
    { request: { kind, object: { spec: { rules: {} } } } },
    'spec.rules: Invalid value: an object with 0 keys: must be a list of rules [ingress-hostname]',
  ],
  'too-many': [
    { request: { kind, object: ruled(...Array.from({ length: 2001 }, () => 'a.alice.example.org')) } },
    'spec: Forbidden: at most 2000 values are judged in one object, and here are more; spread them over several objects [ingress-hostname]',
  ],
  'unknown-namespace': [
    { request: { kind, namespace: 'tenant-new', object: ruled('a.alice.example.org') } },
    'metadata.namespace: Forbidden: namespace "tenant-new" is not known here yet, so no hostname may be used in it; retry in a few seconds [ingress-hostname]',
  ],
  'closed-namespace': [
    { request: { kind, namespace: 'tenant-nolabel', object: ruled('a.alice.example.org') } },
    `metadata.namespace: Forbidden: namespace "tenant-nolabel" must carry the label 'namespace.cozystack.io/host', which is missing, before hostnames may be used in it; a platform administrator sets it through \`spec.host\` of the Tenant [ingress-hostname]`,
  ],
})
