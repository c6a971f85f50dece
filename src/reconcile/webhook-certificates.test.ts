import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { createFakeInstallation, type FakeInstallation } from '../../test/support/fake-installation.ts'
import { planRotation } from '../tls/rotation.ts'
import { prepareWrite } from '../tls/rotation-write.ts'
import type { Controller, Pass } from './controller.ts'
import { createWebhookCertificates } from './webhook-certificates.ts'

const hour = 3_600_000
const leading: Pass = { signal: new AbortController().signal, dryRun: false, assertLeading() {} }

function compose(installation: FakeInstallation, clock: FakeClock) {
  const logged: string[] = []
  const ends: Date[] = []
  const controller: Controller = createWebhookCertificates({
    caSecret: 'ca',
    tlsSecret: 'tls',
    rotation: { names: ['gatehouse.gatehouse-system.svc'], leafLifetimeMs: 24 * hour, caLifetimeMs: 96 * hour },
    plan: planRotation,
    prepare: prepareWrite,
    ...installation,
    clock,
    log: {
      info: (fields) => void logged.push(JSON.stringify(fields)),
      warn: (fields) => void logged.push(JSON.stringify(fields)),
    },
    onExpiry: (notAfter) => void ends.push(notAfter),
  })
  return { controller, logged, ends }
}

/** Passes, with pods that see their files between them, until nothing changes and nothing is waited for. */
async function converge(controller: Controller, installation: FakeInstallation, clock: FakeClock): Promise<string[]> {
  const changes: string[] = []
  for (let passes = 0; passes < 20; passes++) {
    const outcome = await controller.reconcile(leading)
    changes.push(...outcome.changes)
    if (outcome.againMs === undefined) return changes
    clock.advance(outcome.againMs)
    for (const { name } of await installation.pods.list(leading.signal)) installation.refresh(name)
  }
  return assert.fail(`no end: ${changes.join('; ')}`)
}

async function settled() {
  const [clock, installation] = [createFakeClock(), createFakeInstallation()]
  installation.addPod('pod-a')
  const composed = compose(installation, clock)
  await converge(composed.controller, installation, clock)
  return { clock, installation, ...composed }
}

test('from nothing: CA, bundles, certificate, in this order; then it waits for the pods', async () => {
  const [clock, installation] = [createFakeClock(), createFakeInstallation()]
  installation.addPod('pod-a')
  const { controller, logged, ends } = compose(installation, clock)

  const outcome = await controller.reconcile(leading)

  assert.deepEqual(installation.writes, ['ca', 'gatehouse', 'tls'])
  assert.equal(outcome.againMs, 5_000)
  assert.deepEqual(
    installation.events.notes.map(({ reason, type }) => `${type} ${reason}`),
    ['Normal CreatedCA', 'Normal PublishedCA', 'Normal IssuedCertificate'],
  )
  assert.equal(logged.length, 3)
  assert.deepEqual(ends.at(-1), new X509Certificate(installation.data.get('tls')?.data['tls.crt'] ?? '').validToDate)
})

test('when every pod serves it nothing is written any more', async () => {
  const { controller, installation } = await settled()
  const before = installation.writes.length

  const outcome = await controller.reconcile(leading)

  assert.deepEqual(outcome, { changes: [] })
  assert.equal(installation.writes.length, before)
})

test('a change of the CA keeps the old one until the last pod is seen to serve the new certificate', async () => {
  const { controller, installation, clock } = await settled()
  installation.addPod('pod-b')
  installation.refresh('pod-b')
  const [before] = installation.bundles()
  clock.advance(64 * hour)

  const outcomes = [await controller.reconcile(leading)]
  clock.advance(outcomes[0]?.againMs ?? 0)
  outcomes.push(await controller.reconcile(leading))
  installation.refresh('pod-a')
  outcomes.push(await controller.reconcile(leading))
  const during = installation.bundles()
  installation.refresh('pod-b')
  await converge(controller, installation, clock)

  assert.deepEqual(
    during.map((bundle) => bundle.includes(before?.trim() ?? 'none')),
    [true, true],
  )
  assert.ok(installation.bundles().every((bundle) => bundle !== '' && !bundle.includes(before?.trim() ?? '')))
})

test('a pod that does not follow is named every five minutes, and no more once it does', async () => {
  const { controller, installation, clock, logged } = await settled()
  installation.addPod('pod-b')
  const before = logged.length
  const minute = async (): Promise<number> => {
    await controller.reconcile(leading)
    clock.advance(60_000)
    return installation.events.notes.filter(({ reason }) => reason === 'WaitingForPods').length
  }

  const told: number[] = []
  for (let minutes = 0; minutes <= 10; minutes++) told.push(await minute())
  installation.refresh('pod-b')
  for (let minutes = 0; minutes <= 10; minutes++) told.push(await minute())

  assert.deepEqual(told, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, ...Array.from({ length: 11 }, () => 2)])
  assert.deepEqual(logged.slice(before), ['{"pods":["pod-b"]}', '{"pods":["pod-b"]}'])
  assert.match(installation.events.notes.at(-1)?.note ?? '', /^Wait for 1 pods .*: pod-b$/)
})

test('each write depends on what was read: who is faster wins, and the next pass reads again', async () => {
  const { controller, installation, clock } = await settled()
  clock.advance(17 * hour)
  installation.beforeWrite(() => installation.touch('tls'))
  const before = installation.data.get('tls')?.data['tls.crt']

  await assert.rejects(controller.reconcile(leading), /409/)
  assert.equal(installation.data.get('tls')?.data['tls.crt'], before)
  await controller.reconcile(leading)

  assert.notEqual(installation.data.get('tls')?.data['tls.crt'], before)
  assert.deepEqual(
    installation.events.notes.filter(({ type }) => type === 'Warning').map(({ reason }) => reason),
    ['CertificateRotationFailed'],
  )
})

test('a read that fails is no absence: nothing is written', async () => {
  const installation = createFakeInstallation()
  const { controller } = compose(installation, createFakeClock())
  installation.fail(new Error('503 Service Unavailable'))

  await assert.rejects(controller.reconcile(leading), /503/)

  assert.deepEqual(installation.writes, [])
})

test('without the lead nothing is written', async () => {
  const installation = createFakeInstallation()
  const { controller } = compose(installation, createFakeClock())
  const lost: Pass = {
    ...leading,
    assertLeading() {
      throw new Error('the lead is lost')
    },
  }

  await assert.rejects(controller.reconcile(lost), /the lead is lost/)

  assert.deepEqual(installation.writes, [])
})

test('a dry run says what is next and writes nothing, Events included', async () => {
  const installation = createFakeInstallation()
  const { controller, logged } = compose(installation, createFakeClock())

  const outcome = await controller.reconcile({ ...leading, dryRun: true })

  assert.deepEqual(outcome, { changes: ['Make a CA (there is none)'] })
  assert.deepEqual([installation.writes, installation.events.notes, logged], [[], [], []])
})

test('a Service that leads elsewhere is a failure, and the old CA stays', async () => {
  const [clock, installation] = [createFakeClock(), createFakeInstallation()]
  installation.addPod('pod-a')
  const { controller } = compose({ ...installation, probe: { ...installation.probe, verifyService } }, clock)
  await controller.reconcile(leading)
  installation.refresh('pod-a')

  await assert.rejects(controller.reconcile(leading), /certificate other than the one in the Secret/)

  assert.equal(installation.events.notes.at(-1)?.reason, 'CertificateRotationFailed')
  function verifyService() {
    return Promise.resolve({ serial: '00', notAfter: new Date(0) })
  }
})

test('neither log nor Events hold any of what Secrets hold', async () => {
  const { installation, logged } = await settled()

  const told = JSON.stringify([installation.events.notes, logged])

  for (const { data } of installation.data.values())
    for (const text of Object.values(data)) assert.ok(!told.includes(text.slice(30, 60)))
})
