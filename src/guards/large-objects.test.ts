/** Objects that fill a review: refused by their size, not judged name by name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { judgeWithGuard } from '../../test/support/judge-with-guard.ts'
import { createReview } from '../../test/support/review.ts'
import { attachedNamespaces } from './attached-namespaces/guard.ts'
import { gatewayHostname } from './gateway-hostname/guard.ts'
import type { Guard, JsonObject } from './guard.ts'
import { ingressHostname } from './ingress-hostname/guard.ts'
import { routeHostname } from './route-hostname/guard.ts'

const many = 100_000
const foreign = Array.from({ length: many }, (_, at) => `a${at}.bob.example.org`)
const annotation = { 'external-dns.alpha.kubernetes.io/hostname': 'a,'.repeat(many) }
const own = 'a.alice.example.org'

const floods: readonly [string, Guard, string, JsonObject, string][] = [
  ['hostnames', routeHostname, 'HTTPRoute', { spec: { hostnames: foreign } }, 'spec.hostnames'],
  [
    'parents',
    routeHostname,
    'HTTPRoute',
    { spec: { hostnames: [own], parentRefs: foreign.map((name) => ({ name })) } },
    'spec.parentRefs',
  ],
  [
    'listeners',
    gatewayHostname,
    'Gateway',
    { spec: { listeners: foreign.map((hostname) => ({ hostname })) } },
    'spec.listeners',
  ],
  ['rules', ingressHostname, 'Ingress', { spec: { rules: foreign.map((host) => ({ host })) } }, 'spec'],
  [
    'TLS hosts',
    ingressHostname,
    'Ingress',
    { spec: { tls: [{ hosts: foreign.slice(0, 1500) }, { hosts: foreign.slice(0, 1500) }] } },
    'spec',
  ],
  [
    'attached namespaces',
    attachedNamespaces,
    'TenantGateway',
    { spec: { attachedNamespaces: foreign } },
    'spec.attachedNamespaces',
  ],
  [
    'annotated names',
    ingressHostname,
    'Ingress',
    { metadata: { annotations: annotation }, spec: {} },
    "metadata.annotations['external-dns.alpha.kubernetes.io/hostname']",
  ],
]
for (const [what, guard, kind, object, field] of floods) {
  test(`too many ${what} are one violation`, async () => {
    const namespaces = { 'tenant-alice': { 'namespace.cozystack.io/host': 'alice.example.org' } }

    const { code, violations } = await judgeWithGuard(guard, createReview({ kind, object }), {}, namespaces)

    assert.equal(code, 403)
    assert.deepEqual(
      violations.map(({ field: at, origin }) => ({ at, origin })),
      [{ at: field, origin: `${guard.id}/too-many` }],
    )
  })
}

test('a stored field of the wrong type is excused only where it is small enough to be compared', async () => {
  const small = { spec: { rules: { a: 1 } } }
  const large = { spec: { rules: Object.fromEntries(foreign.map((name) => [name, 1])) } }
  const namespaces = { 'tenant-alice': { 'namespace.cozystack.io/host': 'alice.example.org' } }
  const update = (object: JsonObject) =>
    judgeWithGuard(ingressHostname, createReview({ kind: 'Ingress', object, oldObject: object }), {}, namespaces)

  assert.equal((await update(small)).allowed, true)
  assert.equal((await update(large)).code, 422)
})
