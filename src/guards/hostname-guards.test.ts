/** What holds for all three hostname guards, whatever they are given. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import fc from 'fast-check'

import type { Decision } from '../admission/decision.ts'
import { holed, listOf, nameLike, nameOrJson } from '../../test/support/arbitraries.ts'
import { testGuardProperties } from '../../test/support/guard-properties.ts'
import { judgeWithGuard } from '../../test/support/judge-with-guard.ts'
import { gatewayHostname } from './gateway-hostname/guard.ts'
import type { Guard, Json, JsonObject } from './guard.ts'
import { ingressHostname } from './ingress-hostname/guard.ts'
import { routeHostname } from './route-hostname/guard.ts'

const apex = 'maple.example.com'
const label = 'namespace.cozystack.io/host'
const namespaces = { 'tenant-maple': { [label]: apex }, 'tenant-birch': { [label]: 'birch.example.com' } }
const settings = { rootHost: 'example.com' }

interface Subject {
  readonly guard: Guard
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly resource: string
  /** A spec of this kind, broken in every way. */
  readonly spec: fc.Arbitrary<Json>
  /** An object of this kind that names these hosts. */
  naming(hostnames: readonly Json[]): JsonObject
}

const aProtocol = fc.constantFrom<Json>('HTTP', 'HTTPS', 'TLS', 'TCP', 42)
const aParent = holed({
  group: nameOrJson,
  kind: fc.constantFrom<Json>('Gateway', 'ListenerSet', 'Service', null),
  namespace: fc.constantFrom<Json>('tenant-bob', 'tenant-alice', 'cozy-system', 7),
  name: nameOrJson,
  port: nameOrJson,
})
const anAllowance = holed({
  namespaces: holed({
    from: fc.constantFrom<Json>('All', 'Same', 'Selector', 1),
    selector: holed({ matchLabels: holed({ team: nameLike }), matchExpressions: listOf(holed({ key: nameOrJson })) }),
  }),
})
const anAnnotations = holed({
  'external-dns.alpha.kubernetes.io/hostname': nameOrJson,
  'nginx.ingress.kubernetes.io/server-alias': nameOrJson,
})

const subjects: readonly Subject[] = [
  {
    guard: routeHostname,
    kind: { group: 'gateway.networking.k8s.io', version: 'v1', kind: 'HTTPRoute' },
    resource: 'httproutes',
    spec: holed({ hostnames: listOf(nameOrJson), parentRefs: listOf(aParent) }),
    naming: (hostnames) => ({ spec: { hostnames } }),
  },
  {
    guard: gatewayHostname,
    kind: { group: 'gateway.networking.k8s.io', version: 'v1', kind: 'Gateway' },
    resource: 'gateways',
    spec: holed({
      listeners: listOf(
        holed({ name: nameOrJson, hostname: nameOrJson, protocol: aProtocol, allowedRoutes: anAllowance }),
      ),
      allowedListeners: anAllowance,
      infrastructure: holed({ annotations: anAnnotations }),
      gatewayClassName: nameOrJson,
    }),
    naming: (hostnames) => ({ spec: { listeners: hostnames.map((hostname) => ({ name: 'web', hostname })) } }),
  },
  {
    guard: ingressHostname,
    kind: { group: 'networking.k8s.io', version: 'v1', kind: 'Ingress' },
    resource: 'ingresses',
    spec: holed({
      rules: listOf(holed({ host: nameOrJson })),
      tls: listOf(holed({ hosts: listOf(nameOrJson) })),
      defaultBackend: nameOrJson,
      ingressClassName: nameOrJson,
    }),
    naming: (hostnames) => ({ spec: { rules: hostnames.map((host) => ({ host })) } }),
  },
]

const hostname = fc.oneof(
  nameLike,
  fc.stringMatching(/^[a-z]{1,12}$/).map((word) => `${word}.${apex}`),
  fc.constantFrom(apex, apex.toUpperCase(), `*.${apex}`, `*${apex}`, `${apex}.`, `.${apex}`),
)
const hostnames = fc.array(hostname, { minLength: 1, maxLength: 6 })
// A name that is refused wherever it stands.
const badName = 'shop.birch.example.com'

for (const subject of subjects) {
  const create = (object: JsonObject): Promise<Decision> => judgeObject(subject, object, null)
  const update = (object: JsonObject, oldObject: JsonObject): Promise<Decision> =>
    judgeObject(subject, object, oldObject)

  describe(`${subject.guard.id}, whatever it is given`, () => {
    testGuardProperties(subject.guard, {
      resource: subject.kind,
      object: holed({ metadata: holed({ annotations: anAnnotations }), spec: subject.spec }),
      namespace: 'tenant-alice',
    })

    test('does not care in which order the names stand', async () => {
      await fc.assert(
        fc.asyncProperty(hostnames, async (names) => {
          const { allowed, code } = await create(subject.naming(names))
          const reversed = await create(subject.naming(names.toReversed()))

          assert.deepEqual({ allowed: reversed.allowed, code: reversed.code }, { allowed, code })
        }),
      )
    })

    test('never approves of more names what it refuses of fewer', async () => {
      await fc.assert(
        fc.asyncProperty(hostnames, hostname, async (names, added) => {
          const before = await create(subject.naming(names))
          const after = await create(subject.naming([...names, added]))

          assert.ok(before.allowed || !after.allowed)
        }),
      )
    })

    test('refuses a label glued to the apex', async () => {
      await fc.assert(
        fc.asyncProperty(fc.stringMatching(/^[a-z0-9]{1,20}$/), async (glued) => {
          assert.equal((await create(subject.naming([`${glued}${apex}`]))).allowed, false)
        }),
      )
    })

    test('refuses an update that adds a foreign name, whatever is stored', async () => {
      await fc.assert(
        fc.asyncProperty(hostnames, async (stored) => {
          const names = stored.filter((name) => name !== badName)

          assert.equal((await update(subject.naming([...names, badName]), subject.naming(names))).allowed, false)
        }),
      )
    })

    test('lets an update keep or drop whatever names are stored', async () => {
      await fc.assert(
        fc.asyncProperty(hostnames, fc.nat(), async (stored, at) => {
          const kept = stored.length === 1 ? stored : stored.toSpliced(at % stored.length, 1)

          assert.equal((await update(subject.naming(kept), subject.naming(stored))).allowed, true)
        }),
      )
    })

    test('never tells whose a foreign name is', async () => {
      const { allowed, message } = await create(subject.naming([badName]))

      assert.equal(allowed, false)
      assert.ok(!message.includes('tenant-birch'))
    })
  })
}

function judgeObject(
  { guard, kind, resource }: Subject,
  object: JsonObject,
  oldObject: JsonObject | null,
): Promise<Decision> {
  const request = {
    uid: 'property',
    kind,
    resource: { group: kind.group, version: kind.version, resource },
    operation: oldObject === null ? 'CREATE' : 'UPDATE',
    namespace: 'tenant-maple',
    name: 'shop',
    userInfo: {},
    object,
    oldObject,
  }
  const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }
  return judgeWithGuard(guard, review, settings, namespaces)
}
