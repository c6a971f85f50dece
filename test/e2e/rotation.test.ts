/**
 * The life of Gatehouse's own certificates on a real control plane: an expired leaf refuses and says so, a renewed one
 * and an exchanged CA cost not one call. Renewal is the work of the real controller, with the chart's rights.
 */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, before, test, type TestContext } from 'node:test'
import { z } from 'zod'

import { renderChart } from '../support/control-plane/render-chart.ts'
import { findServiceRoute } from '../support/control-plane/service-address.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { readBundles, readLeaf, readLiveSecret, replaceLeaf } from './faults/certificates.ts'
import { type ControllerProcess, startController } from './faults/controller-process.ts'
import { type Load, type LoadOptions, startLoad } from './faults/load.ts'
import { createPods, type Kubelet, type Pods, startKubelet } from './faults/pods.ts'
import { readReadiness } from './faults/readiness.ts'
import { openStage, type Stage } from './faults/stage.ts'
import { kinds, listNames, other, own } from './faults/tenants.ts'
import { assertStored, assertVerdicts, listFailures } from './faults/verdicts.ts'

const dayMs = 86_400_000
/** As the chart has it. */
const leafLife = { lifetimeMs: 90 * dayMs }
const [route] = kinds

const way = await findServiceRoute()
const skip = (await whySkipped()) || (way.hasClusterIP ? false : 'Loopback is one address only on this machine')
let stage: Stage
let pods: Pods
let controller: ControllerProcess | undefined

before(async () => {
  if (skip !== false) return
  // Nobody calls yet: connections that are kept know nothing of a certificate that expires.
  stage = await openStage({ replicas: 2, route: way, isRegistered: false })
  pods = await createPods(stage)
})
after(async () => {
  await stage?.close()
  await pods?.close()
})

test(
  'a leaf past its end: not ready, an alert, and what needs judging is refused until it is renewed',
  { skip },
  async () => {
    const { plane, gatehouse } = stage
    const expired = await serveUntilItEnds()

    for (const instance of gatehouse.instances) {
      const { status, ready, checks } = await readReadiness(instance)
      assert.deepEqual(
        { status, ready, certificate: checks.certificate.ok, notAfter: checks.certificate.notAfter },
        { status: 503, ready: false, certificate: false, notAfter: expired.validToDate.toISOString() },
      )
      assert.equal((await instance.health('/livez')).status, 200)
      const { text } = await instance.health('/metrics')
      const [, seconds] = /^gatehouse_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text) ?? []
      assert.equal(Number(seconds), expired.validToDate.getTime() / 1000)
      assert.ok(Number(seconds) * 1000 <= Date.now())
    }
    assert.match(
      await readAlert('GatehouseCertificateExpires'),
      /gatehouse_certificate_expiry_timestamp_seconds\{.*\}\) - time\(\) < \d+ \* 86400$/,
    )

    await gatehouse.register()
    const answers = [await create('expired', own.apex), await create('expired', other.apex)]
    const free = await plane.request('POST', `/api/v1/namespaces/${own.namespace}/configmaps`, {
      metadata: { name: 'not-judged' },
    })

    assert.equal(free.status, 201)
    for (const { status, text } of answers) {
      assert.equal(status, 500, text)
      assert.match(text, /failed calling webhook "route-hostname\..*x509: certificate has expired/)
    }
    assert.deepEqual(await listNames(plane.request, route.collectionIn(own.namespace)), [])

    const renewed = await replaceLeaf(stage, { since: new Date(), ...leafLife })
    await gatehouse.refreshCertificate()
    await everybodyServes(renewed)
    const [good, bad] = [await create('renewed', own.apex), await create('renewed', other.apex)]
    assert.equal(good.status, 201, good.text)
    assert.equal(bad.status, 403, bad.text)
  },
)

test('the controller renews a leaf at two thirds of its life, and not one write fails', { skip }, async (t) => {
  const { plane, gatehouse } = stage
  await gatehouse.register()
  const ca = await readLiveSecret(stage, '-ca')
  const bundles = await readBundles(stage)
  beginKubelet(t)
  const old = await replaceLeaf(stage, { since: new Date(Date.now() - 70 * dayMs), ...leafLife })
  await everybodyServes(old)
  const load = beginLoad(t, { name: 'leaf', clients: 8, pauseMs: 50 })

  await load.reached(50)
  await runController(t)
  const leaf = await renewedAfter(old)
  await everybodyServes(leaf)
  // More at a time than an API server keeps connections: handshakes with the new leaf have to work.
  const burst = beginLoad(t, { name: 'leaf-burst', clients: 48 })
  await Promise.all([load.goesOn(50), burst.goesOn(150)])
  const writes = [await load.stop(), await burst.stop()]

  for (const some of writes) {
    assertVerdicts(some)
    assert.deepEqual(listFailures(some), [])
  }
  await assertStored(plane.request, writes.flat(), 'leaf')
  assert.ok(leaf.verify(new X509Certificate(ca['tls.crt'] ?? '').publicKey), 'another CA signed it')
  assert.deepEqual(await readLiveSecret(stage, '-ca'), ca)
  assert.deepEqual(await readBundles(stage), bundles)
  t.diagnostic(`${writes.flat().length} writes, none failed`)
})

test('the controller exchanges the CA while one pod lags behind, and not one write fails', { skip }, async (t) => {
  const { plane, gatehouse } = stage
  await gatehouse.register()
  const [before = []] = await readBundles(stage)
  const old = await readLeaf(stage)
  beginKubelet(t)
  const trust = watchBundles(t)
  const load = beginLoad(t, { name: 'ca', clients: 8, pauseMs: 50 })

  await load.reached(50)
  // Of the present CA less is left now than a leaf would need.
  await runController(t, { leafLifetime: '66000h', caLifetime: '200000h' })
  await waitUntil(
    'only the new CA is trusted',
    async () => {
      const bundles = await readBundles(stage)
      return bundles.every((bundle) => bundle.length === 1 && bundle[0] !== before[0]) || undefined
    },
    { seconds: 90, everyMs: 100 },
  )
  const leaf = await readLeaf(stage)
  await load.goesOn(100)
  const writes = await load.stop()
  const seen = await trust()

  assertVerdicts(writes)
  assert.deepEqual(listFailures(writes), [])
  await assertStored(plane.request, writes, 'ca')
  assert.notEqual(leaf.serialNumber, old.serialNumber)
  await everybodyServes(leaf)
  const [now = []] = await readBundles(stage)
  assert.ok(leaf.verify(new X509Certificate((await readLiveSecret(stage, '-ca'))['tls.crt'] ?? '').publicKey))
  // Old, then both, then new; nothing else, and never none.
  assert.deepEqual(
    seen.map(({ bundle }) => bundle.toSorted()),
    [before, [...before, ...now].toSorted(), now],
  )
  // Whoever served when the old one went, served what the new one signed.
  assert.deepEqual(seen.at(-1)?.served, [leaf.validToDate.toISOString(), leaf.validToDate.toISOString()])
  t.diagnostic(`${writes.length} writes, none failed`)
})

/** A certificate counts in seconds; on a slow machine its life may be over before a pod has seen it. */
async function serveUntilItEnds(): Promise<X509Certificate> {
  const { gatehouse } = stage
  for (let seconds = 6; ; seconds *= 2) {
    const leaf = await replaceLeaf(stage, { since: new Date(), lifetimeMs: seconds * 1000 })
    await gatehouse.refreshCertificate()
    while (Date.now() < leaf.validToDate.getTime()) await sleep(100)
    const pages = await Promise.all(gatehouse.instances.map(readReadiness))
    if (pages.every(({ checks }) => checks.certificate.notAfter === leaf.validToDate.toISOString())) return leaf
    assert.ok(seconds < 40, 'a pod does not take the new certificate')
  }
}

/** Every process, each when its files have changed. */
async function everybodyServes(leaf: X509Certificate): Promise<void> {
  for (const instance of stage.gatehouse.instances) {
    await waitUntil(`${instance.name} serves ${leaf.serialNumber}`, async () => {
      const { status, checks } = await readReadiness(instance)
      return (status === 200 && checks.certificate.notAfter === leaf.validToDate.toISOString()) || undefined
    })
  }
}

function renewedAfter(old: X509Certificate): Promise<X509Certificate> {
  return waitUntil(
    'the controller has written a new leaf',
    async () => {
      const now = await readLeaf(stage)
      return now.serialNumber === old.serialNumber ? undefined : now
    },
    { seconds: 60, everyMs: 100 },
  )
}

interface Trusted {
  readonly bundle: readonly string[]
  /** Ends of what the pods served, looked at right after. */
  readonly served: readonly string[]
}

/** What was trusted one after the other, until it is called. */
function watchBundles(t: TestContext): () => Promise<readonly Trusted[]> {
  let ended = false
  const seen: Trusted[] = []
  const running = (async () => {
    do {
      const last = JSON.stringify(seen.at(-1)?.bundle)
      const [bundle = []] = await readBundles(stage)
      if (JSON.stringify(bundle) !== last) {
        const pages = await Promise.all(stage.gatehouse.instances.map(readReadiness))
        seen.push({ bundle, served: pages.map(({ checks }) => checks.certificate.notAfter) })
      }
      await sleep(50)
    } while (!ended)
  })()
  running.catch(() => undefined)
  t.after(() => {
    ended = true
  })
  return async () => {
    ended = true
    await running
    return seen
  }
}

/** It ends with the test. */
function beginLoad(t: TestContext, options: LoadOptions): Load {
  const load = startLoad(stage.plane.request, options)
  t.after(() => load.stop().catch(() => undefined))
  return load
}

/** One pod at once, the other later: no two kubelets look at the same moment. */
function beginKubelet(t: TestContext): Kubelet {
  const kubelet = startKubelet(stage, [0, 3_000])
  t.after(() => kubelet.stop())
  return kubelet
}

async function runController(t: TestContext, webhook: object = {}): Promise<void> {
  t.after(() => controller?.stop())
  controller = await startController(stage, { route: way, podPort: pods.port, webhook })
}

const Message = z.object({ message: z.string() })

async function create(name: string, apex: string): Promise<{ readonly status: number; readonly text: string }> {
  const manifest = route.manifest(`${name}-${apex.split('.')[0]}`, `${name}.${apex}`)
  const { status, body } = await stage.plane.request('POST', route.collectionIn(own.namespace), manifest)
  return { status, text: Message.safeParse(body).data?.message ?? '' }
}

const Rules = z.object({
  spec: z.object({
    groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string().optional(), expr: z.string() })) })),
  }),
})

async function readAlert(name: string): Promise<string> {
  const objects = await renderChart({ metrics: { prometheusRule: { enabled: true } } })
  const { groups } = Rules.parse(objects.find(({ kind }) => kind === 'PrometheusRule')).spec
  const found = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === name)
  return found?.expr ?? assert.fail(`no alert ${name}`)
}
