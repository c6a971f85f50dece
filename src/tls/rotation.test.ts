import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { hour, RotationCluster, settings } from '../../test/support/rotation-cluster.ts'
import { issueCertificate } from './issue.ts'
import { joinCertificates, readCertificates } from './pem.ts'
import { planRotation } from './rotation.ts'
import type { SecretText } from './rotation-step.ts'

const change = [
  'create-ca',
  'write-bundles',
  'wait-for-registrations',
  'issue-leaf',
  'wait-for-pods',
  'verify-service',
  'write-ca-secret',
  'write-bundles',
  'verify-service',
]

async function makeCluster(): Promise<RotationCluster> {
  const cluster = new RotationCluster()
  await cluster.converge()
  return cluster
}

function commonNames(pem: string | undefined): number {
  return readCertificates(pem ?? '').certificates.length
}

test('an empty cluster gets a CA, a bundle, a leaf, in this order', async () => {
  const cluster = new RotationCluster()

  const steps = await cluster.converge()

  assert.deepEqual(steps, ['create-ca', 'write-bundles', 'issue-leaf', 'wait-for-pods', 'verify-service'])
  assert.deepEqual(cluster.listUncovered(cluster.now), [])
  assert.deepEqual(Object.keys(cluster.caSecret ?? {}), ['tls.crt', 'tls.key'])
  assert.deepEqual(Object.keys(cluster.tlsSecret ?? {}), ['tls.crt', 'tls.key', 'ca.crt'])
  assert.equal(cluster.plan(), undefined)
})

test('a leaf is renewed at two thirds of its life, under the same CA', async () => {
  const cluster = await makeCluster()
  const { caSecret, registrations } = structuredClone({ ...cluster })

  cluster.advance(15 * hour)
  assert.equal(cluster.plan(), undefined)
  cluster.advance(1.1 * hour)
  const steps = await cluster.converge()

  assert.deepEqual(steps, ['issue-leaf', 'wait-for-pods', 'verify-service'])
  assert.deepEqual([cluster.caSecret, cluster.registrations], [caSecret, registrations])
})

test('a CA is replaced while more than a full leaf life remains, both trusted until every pod serves the new leaf', async () => {
  const cluster = await makeCluster()
  const before = cluster.caSecret?.['tls.crt'] ?? ''

  cluster.advance(15 * hour)
  cluster.advance(49 * hour)
  await cluster.step() // The leaf is long over: it is renewed under the old CA, which is trusted already.
  const left = new X509Certificate(before).validToDate.getTime() - cluster.now.getTime()
  const steps = await cluster.converge()

  assert.ok(left > settings.leafLifetimeMs)
  assert.deepEqual(steps, change)
  assert.notEqual(cluster.caSecret?.['tls.crt'], before)
  assert.deepEqual(
    cluster.registrations.map(({ caBundle }) => caBundle),
    [cluster.caSecret?.['tls.crt'], cluster.caSecret?.['tls.crt']],
  )
})

test('no leaf rests on a bundle before all API servers can have heard of it', async () => {
  const cluster = await makeCluster()
  cluster.caSecret = await pairOf({ ca: true, now: cluster.now })

  await cluster.step()
  const step = await cluster.step()

  const until = new Date(cluster.now.getTime() + settings.settleMs)
  assert.deepEqual(step, { kind: 'wait-for-registrations', until })
})

test('the old CA stays while one pod serves the old leaf, is not seen, or is not there', async () => {
  const cluster = await makeCluster()
  cluster.caSecret = await pairOf({ ca: true, now: cluster.now })
  for (const _ of [1, 2]) await cluster.step()
  cluster.advance(settings.settleMs)
  await cluster.step()
  const [first, second, third] = cluster.pods
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  const old = third.served

  cluster.see(first)
  cluster.see(second)
  const stale = cluster.plan()
  third.served = undefined
  const unseen = cluster.plan()
  cluster.pods.pop()
  const serial = second.served?.serialNumber
  const missing = planRotation({ ...cluster, pods: [{ name: 'pod-a', serial }], replicas: 3 }, settings)

  assert.ok(old !== undefined)
  assert.deepEqual(stale, { kind: 'wait-for-pods', serial, stale: ['pod-c'], missing: 0 })
  assert.deepEqual(unseen, { kind: 'wait-for-pods', serial, stale: ['pod-c'], missing: 0 })
  assert.deepEqual(missing, { kind: 'wait-for-pods', serial, stale: [], missing: 2 })
  assert.deepEqual(
    cluster.registrations.map(({ caBundle }) => commonNames(caBundle)),
    [2, 2],
  )
})

test('the old CA stays until the Service was seen to work with both bundles', async () => {
  const cluster = await makeCluster()
  cluster.publish('mutating', `# by hand\n${cluster.registrations[1]?.caBundle}`)

  const step = cluster.plan()

  assert.equal(step?.kind, 'verify-service')
  assert.equal(step.caBundles.length, 2)
})

test('a leaf that lacks a name is issued anew', async () => {
  const cluster = await makeCluster()
  const { now } = cluster

  const step = planRotation({ ...cluster, pods: [], replicas: 0, now }, { ...settings, names: ['other.svc'] })

  assert.equal(step?.kind === 'issue-leaf' ? step.cause : step?.kind, 'names')
})

test('a leaf is renewed though the bundle of a new CA cannot be written', async () => {
  const cluster = await makeCluster()
  cluster.advance(64.5 * hour)
  await cluster.step()
  await cluster.step(0)
  await cluster.step()
  assert.ok(cluster.caSecret?.['next.crt'] !== undefined)

  const refused: (string | undefined)[] = []
  const ends: Date[] = []
  while (cluster.now < new Date('2030-01-04T23:00:00Z')) {
    const step = await cluster.step(cluster.plan()?.kind === 'write-bundles' ? 0 : 1)
    for (const pod of cluster.pods) cluster.see(pod)
    if (step?.kind === 'issue-leaf') ends.push(step.notAfter)
    refused.push(step?.kind)
    cluster.advance(hour)
    assert.deepEqual(cluster.listUncovered(cluster.now), [])
  }

  assert.deepEqual([...new Set(refused)], ['write-bundles', 'issue-leaf'])
  const end = new X509Certificate(cluster.caSecret['tls.crt'] ?? '').validToDate
  assert.deepEqual(ends.at(-1), end, 'no later than its CA')
  assert.ok(ends.length < 4, 'and not again and again towards the end')
})

test('an expired CA is dropped at the last step and not before', async () => {
  const cluster = await makeCluster()
  cluster.advance(200 * hour)

  const bundles: number[][] = []
  const steps: string[] = []
  for (;;) {
    const step = await cluster.step()
    if (step === undefined) break
    if (step.kind === 'wait-for-pods') for (const pod of cluster.pods) cluster.see(pod)
    steps.push(step.kind)
    bundles.push(cluster.registrations.map(({ caBundle }) => commonNames(caBundle)))
  }

  assert.deepEqual(
    steps,
    change.filter((kind) => kind !== 'wait-for-registrations'),
    'an expired leaf waits for nothing',
  )
  assert.deepEqual(bundles.slice(-3), [
    [2, 2],
    [1, 1],
    [1, 1],
  ])
})

const garbage: Readonly<Record<string, (cluster: RotationCluster) => Promise<void> | void>> = {
  'a CA Secret that is gone': (cluster) => void (cluster.caSecret = undefined),
  'a CA Secret with nothing in it': (cluster) => void (cluster.caSecret = {}),
  'a CA without its key': (cluster) => void (cluster.caSecret = { 'tls.crt': cluster.caSecret?.['tls.crt'] ?? '' }),
  'a CA with the key of another': async (cluster) => {
    const other = await pairOf({ ca: true, now: cluster.now })
    cluster.caSecret = { ...cluster.caSecret, 'tls.key': other['tls.key'] ?? '' }
  },
  'a CA that is none': async (cluster) => void (cluster.caSecret = await pairOf({ ca: false, now: cluster.now })),
  'a next CA that is garbage': (cluster) => void (cluster.caSecret = { ...cluster.caSecret, 'next.crt': 'garbage' }),
  'a next key alone': (cluster) => void (cluster.caSecret = { ...cluster.caSecret, 'next.key': 'garbage' }),
  'previous CAs that are garbage': (cluster) =>
    void (cluster.caSecret = { ...cluster.caSecret, 'previous.crt': '-----BEGIN CERTIFICATE-----\n\n' }),
  'a TLS Secret that is gone': (cluster) => void (cluster.tlsSecret = undefined),
  'a leaf without its key': (cluster) => void (cluster.tlsSecret = { ...cluster.tlsSecret, 'tls.key': '' }),
  'a leaf that is garbage': (cluster) => void (cluster.tlsSecret = { ...cluster.tlsSecret, 'tls.crt': 'garbage' }),
  'a leaf of another CA': async (cluster) => void (cluster.tlsSecret = await pairOf({ ca: false, now: cluster.now })),
  'a leaf without the CA beside it': (cluster) => void (cluster.tlsSecret = { ...cluster.tlsSecret, 'ca.crt': '' }),
  'a CA beside the leaf that is another': async (cluster) => {
    const other = await pairOf({ ca: true, now: cluster.now })
    cluster.tlsSecret = { ...cluster.tlsSecret, 'ca.crt': other['tls.crt'] ?? '' }
  },
  'both Secrets gone': (cluster) => void Object.assign(cluster, { caSecret: undefined, tlsSecret: undefined }),
  'a bundle with garbage in it': ({ registrations: [first] }) =>
    void Object.assign(first ?? {}, { caBundle: `${first?.caBundle}-----BEGIN CERTIFICATE-----\nAAAA\n` }),
}

for (const [what, spoil] of Object.entries(garbage)) {
  test(`${what}: made good, and no pod is uncovered on the way`, async () => {
    const cluster = await makeCluster()
    await spoil(cluster)

    for (let step = await cluster.step(); step !== undefined; step = await cluster.step()) {
      assert.deepEqual(cluster.listUncovered(cluster.now), [], step.kind)
      if (step.kind === 'wait-for-pods') for (const pod of cluster.pods) cluster.see(pod)
      if (step.kind === 'wait-for-registrations') cluster.advance(settings.settleMs)
    }

    const ca = cluster.caSecret?.['tls.crt']
    assert.deepEqual(Object.keys(cluster.caSecret ?? {}), ['tls.crt', 'tls.key'])
    assert.deepEqual(
      [...cluster.registrations.map(({ caBundle }) => caBundle), cluster.tlsSecret?.['ca.crt']],
      [ca, ca, ca],
    )
    assert.deepEqual(cluster.listUncovered(cluster.now), [])
  })
}

test('a next CA that lost its key signs no more and stays trusted while its leaf is served', async () => {
  const cluster = await makeCluster()
  const next = await pairOf({ ca: true, now: cluster.now })
  cluster.caSecret = { ...cluster.caSecret, 'next.crt': next['tls.crt'] ?? '', 'next.key': next['tls.key'] ?? '' }
  while (cluster.plan()?.kind !== 'wait-for-pods') {
    await cluster.step()
    cluster.advance(settings.settleMs)
  }
  for (const pod of cluster.pods) cluster.see(pod)
  cluster.caSecret = { ...cluster.caSecret, 'next.key': '' }

  const step = await cluster.step()
  const uncovered = cluster.listUncovered(cluster.now)
  await cluster.converge()

  assert.equal(step?.kind, 'write-ca-secret')
  assert.deepEqual(uncovered, [])
  assert.deepEqual(
    cluster.registrations.map(({ caBundle }) => caBundle),
    [cluster.caSecret['tls.crt'], cluster.caSecret['tls.crt']],
  )
})

test('a CA that no longer signs is trusted by a registration that comes back without it', async () => {
  const cluster = await makeCluster()
  cluster.caSecret = { ...cluster.caSecret, 'tls.key': 'garbage' }
  await cluster.step()
  await cluster.step()
  cluster.publish('mutating', cluster.caSecret['tls.crt'] ?? '')

  const step = await cluster.step()

  assert.equal(step?.kind, 'write-bundles')
  assert.deepEqual(cluster.listUncovered(cluster.now), [])
})

test('a foreign CA that cannot be signed with is replaced, and trusted with the present one meanwhile', async () => {
  const cluster = await makeCluster()
  const foreign = joinCertificates([
    new X509Certificate((await pairOf({ ca: true, now: cluster.now }))['tls.crt'] ?? ''),
  ])
  cluster.caSecret = { 'tls.crt': foreign, 'tls.key': 'a key of another kind' }

  await cluster.step()

  assert.equal(commonNames(cluster.caSecret['previous.crt']), 2)
})

test('a CA and a leaf by a clock that is ahead are waited for, by one that is far ahead replaced', async () => {
  const cluster = await makeCluster()

  cluster.advance(-hour)
  const soon = cluster.plan()
  cluster.advance(-hour)
  const far = cluster.plan()
  const steps = await cluster.converge()

  assert.equal(soon, undefined)
  assert.equal(far?.kind === 'create-ca' ? far.slot : far?.kind, 'next')
  assert.deepEqual(cluster.listUncovered(cluster.now), [])
  assert.equal(steps.at(-1), 'verify-service')
})

test('without registrations and without pods nothing is waited for', async () => {
  const cluster = await makeCluster()

  const step = planRotation({ ...cluster, registrations: [], pods: [], replicas: 0, service: undefined }, settings)

  assert.equal(step, undefined)
})

test('lifetimes that leave no room for an overlap are refused', async () => {
  const cluster = await makeCluster()

  assert.throws(
    () => planRotation({ ...cluster, pods: [], replicas: 0 }, { ...settings, caLifetimeMs: 71 * hour }),
    RangeError,
  )
})

async function pairOf({ ca, now }: { readonly ca: boolean; readonly now: Date }): Promise<SecretText> {
  const { cert, key } = await issueCertificate({
    commonName: 'Somebody else',
    dnsNames: ca ? [] : settings.names,
    ca,
    days: 10,
    now,
  })
  return { 'tls.crt': cert, 'tls.key': key }
}
