/** The promises of the rotation, against a cluster where anything may happen between any two steps. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hour, RotationCluster, settings } from '../../test/support/rotation-cluster.ts'
import { issueCertificate } from './issue.ts'
import { readCertificates } from './pem.ts'
import type { SecretText } from './rotation-step.ts'

/** Something that happens to the cluster; says so in a failing run. */
interface Happening {
  readonly what: string
  happen(cluster: RotationCluster): unknown
}

const caKeys = ['tls.crt', 'tls.key', 'next.crt', 'next.key', 'previous.crt'] as const
const tlsKeys = ['tls.crt', 'tls.key', 'ca.crt'] as const
const texts = ['', 'garbage', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'] as const

const step = fc.constantFrom(Infinity, 0, 1).map((writes) => ({
  what: writes === Infinity ? 'step' : `crash after ${writes} writes`,
  happen: (cluster: RotationCluster) => cluster.step(writes),
}))
const see = fc.nat({ max: 2 }).map((pod) => ({
  what: `pod ${pod} sees its files`,
  happen: (cluster: RotationCluster) => cluster.see(cluster.pods[pod]),
}))
const pass = fc.constantFrom(5_000, 11_000, hour, 9 * hour, 30 * hour, 100 * hour).map((milliseconds) => ({
  what: `${milliseconds / 1000} s pass`,
  happen: (cluster: RotationCluster) => cluster.advance(milliseconds),
}))
const restart = fc.nat({ max: 2 }).map((pod) => ({
  what: `pod ${pod} restarts`,
  happen(cluster: RotationCluster) {
    const found = cluster.pods[pod]
    if (found !== undefined) found.served = undefined
    cluster.see(found)
  },
}))
const spoil = fc.oneof(
  fc.tuple(fc.constantFrom(...caKeys), fc.constantFrom(...texts)).map(([key, text]) => ({
    what: `${key} of the CA becomes ${JSON.stringify(text)}`,
    happen: (cluster: RotationCluster) => void (cluster.caSecret = { ...cluster.caSecret, [key]: text }),
  })),
  fc.tuple(fc.constantFrom(...tlsKeys), fc.constantFrom(...texts)).map(([key, text]) => ({
    what: `${key} of the leaf becomes ${JSON.stringify(text)}`,
    happen: (cluster: RotationCluster) => void (cluster.tlsSecret = { ...cluster.tlsSecret, [key]: text }),
  })),
  fc.constantFrom<Happening>(
    { what: 'the CA Secret goes', happen: (cluster) => void (cluster.caSecret = undefined) },
    { what: 'the TLS Secret goes', happen: (cluster) => void (cluster.tlsSecret = undefined) },
    { what: 'another CA is put there', happen: putOtherCa },
  ),
)
/** Mostly work, at times a blow. */
const happenings = fc.array(
  fc.oneof(
    { arbitrary: step, weight: 8 },
    { arbitrary: see, weight: 4 },
    { arbitrary: pass, weight: 2 },
    { arbitrary: restart, weight: 1 },
    { arbitrary: spoil, weight: 1 },
  ),
  { minLength: 10, maxLength: 60 },
)

test('every leaf in service is covered by every bundle at all times, and in the end all is well', async () => {
  await fc.assert(
    fc.asyncProperty(happenings, async (list) => {
      const cluster = new RotationCluster()
      await cluster.converge()

      for (const { what, happen } of list) {
        await happen(cluster)
        assert.deepEqual(cluster.listUncovered(), [], what)
        for (const { caBundle } of cluster.registrations) assert.ok(countIn(caBundle) > 0, what)
      }
      await cluster.converge()

      assert.deepEqual(cluster.listUncovered(cluster.now), [])
      assert.deepEqual(
        cluster.registrations.map(({ caBundle }) => caBundle),
        [cluster.caSecret?.['tls.crt'], cluster.caSecret?.['tls.crt']],
      )
      const serial = cluster.pods[0]?.served?.serialNumber
      assert.ok(serial !== undefined && cluster.pods.every(({ served }) => served?.serialNumber === serial))
      assert.equal(cluster.plan(), undefined)
    }),
    { numRuns: 40 },
  )
})

test('while pods see their files within hours, none ever serves an expired leaf or rests on an expired CA', async () => {
  const crashes = fc.array(fc.constantFrom(Infinity, Infinity, Infinity, 0, 1), { minLength: 40, maxLength: 40 })
  const seen = fc.array(fc.nat({ max: 2 }), { minLength: 40, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(crashes, seen, async (writes, pods) => {
      const cluster = new RotationCluster()
      await cluster.converge()
      const cas = new Set<string | undefined>()

      for (let at = 0; at < 200; at++) {
        cluster.advance(hour)
        await cluster.step(writes[at % writes.length])
        cluster.see(cluster.pods[pods[at % pods.length] ?? 0])
        if (at % 4 === 0) for (const pod of cluster.pods) cluster.see(pod)
        cas.add(cluster.caSecret?.['tls.crt'])
        assert.deepEqual(cluster.listUncovered(cluster.now), [], `after ${at} hours`)
      }

      assert.ok(cas.size > 2, 'the CA changed more than once')
    }),
    { numRuns: 5 },
  )
})

async function putOtherCa(cluster: RotationCluster): Promise<void> {
  const { cert, key } = await issueCertificate({
    commonName: 'Other',
    ca: true,
    lifetimeMs: settings.caLifetimeMs,
    now: cluster.now,
  })
  const data: SecretText = { 'tls.crt': cert, 'tls.key': key }
  cluster.caSecret = { ...cluster.caSecret, ...data }
}

function countIn(pem: string): number {
  return readCertificates(pem).certificates.length
}
