/**
 * What breaks around Gatehouse while tenants write: its own pods, the API server, etcd. No write may be lost and none
 * admitted that should not be.
 */
import assert from 'node:assert/strict'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { after, before, beforeEach, test, type TestContext } from 'node:test'
import { z } from 'zod'

import type { Instance } from '../support/control-plane/instance.ts'
import { pickObject } from '../support/control-plane/render-chart.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { type Load, type LoadOptions, startLoad } from './faults/load.ts'
import { becomesCurrent, watchReadiness } from './faults/readiness.ts'
import { askAboutRoute, countNamespaces, openStage, type Stage } from './faults/stage.ts'
import { createTenant, kinds, other, own } from './faults/tenants.ts'
import { assertStored, assertVerdicts, listFailures } from './faults/verdicts.ts'
import { countReviews } from './replay/count-reviews.ts'

const skip = await whySkipped()
let stage: Stage

before(async () => {
  if (skip === false) stage = await openStage({ replicas: 2 })
})
after(() => stage?.close())
// A test that fails midway must not be the reason why others fail.
beforeEach(async () => {
  if (skip === false) await Promise.all(stage.gatehouse.instances.map(rejoin))
})

test('a replica that ends as Kubernetes ends pods costs not one of a thousand writes', { skip }, async (t) => {
  const { plane, gatehouse } = stage
  const leaving = replica(0)
  const preStop = preStopSeconds()
  const load = beginLoad(t, { name: 'graceful', clients: 16, pauseMs: 50 })

  await load.reached(300)
  // The kubelet waits so long before its signal, so that whoever sends calls can learn that the pod leaves.
  gatehouse.balancer?.remove(leaving.port)
  await sleep(preStop * 1000)
  await leaving.stop('SIGTERM')
  await load.goesOn(100)
  await load.reached(1000)
  const writes = await load.stop()

  assertVerdicts(writes)
  assert.deepEqual(listFailures(writes), [])
  await assertStored(plane.request, writes, 'graceful')
  assert.deepEqual(plane.processes.endingOf(leaving.name), { code: 0, signal: null })
  t.diagnostic(`${writes.length} writes, none failed`)
})

test('a replica that is killed costs only calls in flight, which go through when sent again', { skip }, async (t) => {
  const { plane, gatehouse } = stage
  const killed = replica(1)
  const load = beginLoad(t, { name: 'killed', clients: 32 })

  await load.reached(300)
  const killedAt = performance.now()
  // A real Service learns of it a moment later, and until then more calls fail, and are sent again, than here.
  gatehouse.balancer?.remove(killed.port)
  await killed.stop('SIGKILL')
  // The kernel has closed its connections; two turns later the balancer has passed that on. An API server that has
  // answered every call of that moment has noticed.
  await nextTurn()
  await nextTurn()
  await load.answered()
  const noticedAt = performance.now()
  await load.goesOn(200)
  await load.reached(1000)
  const writes = await load.stop()

  assertVerdicts(writes)
  const isInFlight = (from: number, to: number) => from <= noticedAt && to >= killedAt
  assert.deepEqual(
    listFailures(
      writes,
      ({ startedAt, endedAt, status, text }) =>
        status === 500 && text.includes('failed calling webhook') && isInFlight(startedAt, endedAt),
    ),
    [],
  )
  await assertStored(plane.request, writes, 'killed')
  t.diagnostic(`${writes.length} writes, ${listFailures(writes).length} calls sent again`)
})

test('a replica that was killed comes back and serves alone', { skip }, async (t) => {
  const { plane, gatehouse } = stage
  const [leaving, back] = [replica(0), replica(1)]
  await back.stop('SIGKILL')
  await rejoin(back)
  const clients = 8
  const load = beginLoad(t, { name: 'back', clients, pauseMs: 100 })

  await load.reached(20)
  gatehouse.balancer?.remove(leaving.port)
  await leaving.stop('SIGTERM')
  const before = await countReviews({ instances: [back] })
  await load.goesOn(50)
  const writes = await load.stop()

  assertVerdicts(writes)
  assert.deepEqual(listFailures(writes), [])
  await assertStored(plane.request, writes, 'back')
  const asked = (await countReviews({ instances: [back] })) - before
  // Of each client one write may have been judged before the count, and had its answer after it.
  assert.ok(asked >= 50 - clients, `it was asked ${asked} times`)
})

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  const title = `an API server that ends by ${signal} and starts again changes no verdict, and facts go on`
  test(title, { skip }, async (t) => {
    const { plane, gatehouse } = stage
    const name = `restart-${signal.toLowerCase()}`
    const [unasked, asked] = [`tenant-unasked-${signal.toLowerCase()}`, `tenant-asked-${signal.toLowerCase()}`]
    const readiness = watchReadiness(gatehouse.instances)
    t.after(() => readiness.stop().catch(() => undefined))
    const load = beginLoad(t, { name, clients: 8, pauseMs: 50 })

    await load.reached(100)
    await plane.stopApiServer(signal)
    await assertDirectVerdicts()
    await plane.startApiServer()
    // With nobody asking for it, only list and watch can bring it.
    await createTenant(plane.request, unasked, `${unasked}.example.org`)
    for (const instance of gatehouse.instances) {
      await becomesCurrent(instance, () => countNamespaces(plane.request))
      assert.deepEqual(await verdictsIn(instance, unasked), { good: true, bad: false })
    }
    await createTenant(plane.request, asked, `${asked}.example.org`)
    const first = await writeInto(asked, `shop.${asked}.example.org`)
    const second = await writeInto(asked, `shop.${own.apex}`)
    await load.goesOn(100)
    const writes = await load.stop()
    const pages = await readiness.stop()

    assertVerdicts(writes)
    await assertStored(plane.request, writes, name)
    assert.equal(first.status, 201, first.text)
    assert.equal(second.status, 403, second.text)
    assert.match(second.text, /denied the request/)
    assert.deepEqual(new Set(pages.map(({ status }) => status)), new Set([200]))
    assert.ok(
      pages.some(({ checks }) => !checks.facts.connected),
      'nobody noticed that the API server was away',
    )
    t.diagnostic(`${writes.length} writes, ${listFailures(writes).length} calls without a verdict, all sent again`)
  })
}

test(
  'while etcd stands still writes wait or fail, none is judged wrongly, and Gatehouse stays ready',
  { skip },
  async (t) => {
    const { plane, gatehouse } = stage
    const load = beginLoad(t, { name: 'etcd', clients: 8, pauseMs: 50 })
    await load.reached(100)
    const readiness = watchReadiness(gatehouse.instances)
    t.after(() => readiness.stop().catch(() => undefined))

    await plane.pauseEtcd()
    try {
      // The fault itself takes time.
      await Promise.all([sleep(4_000), assertDirectVerdicts()])
    } finally {
      await plane.resumeEtcd()
    }
    await load.goesOn(100)
    await createTenant(plane.request, 'tenant-after-etcd', 'after-etcd.example.org')
    for (const instance of gatehouse.instances) await becomesCurrent(instance, () => countNamespaces(plane.request))
    const writes = await load.stop()
    const pages = await readiness.stop()

    assertVerdicts(writes)
    await assertStored(plane.request, writes, 'etcd')
    assert.deepEqual(new Set(pages.map(({ status }) => status)), new Set([200]))
    const slowest = Math.max(...writes.flatMap(({ attempts }) => attempts.map((call) => call.endedAt - call.startedAt)))
    assert.ok(slowest > 1_000, 'no write was held up')
    t.diagnostic(`${writes.length} writes, ${listFailures(writes).length} calls sent again, the slowest ${slowest} ms`)
  },
)

/** It ends with the test. */
function beginLoad(t: TestContext, options: LoadOptions): Load {
  const load = startLoad(stage.plane.request, options)
  t.after(() => load.stop().catch(() => undefined))
  return load
}

/** Starts a replica that has ended, and brings it into the Service. */
async function rejoin(instance: Instance): Promise<void> {
  const { plane, gatehouse } = stage
  if (plane.processes.endingOf(instance.name) !== undefined) await instance.start()
  gatehouse.balancer?.add(instance.port)
}

function replica(index: number): Instance {
  const found = stage.gatehouse.instances[index]
  assert.ok(found, `no replica ${index}`)
  return found
}

/** Each process judges on its own, whatever has become of the API server. */
async function assertDirectVerdicts(): Promise<void> {
  for (const instance of stage.gatehouse.instances) {
    assert.deepEqual(await verdictsIn(instance, own.namespace, own.apex), { good: true, bad: false })
    // Nobody can say now whether it exists.
    const unknown = await askAboutRoute(stage.gatehouse, instance, 'shop.unknown.example.org', 'tenant-unknown')
    assert.equal(unknown.allowed, false)
    assert.match(unknown.message, /retry/)
  }
}

async function verdictsIn(
  instance: Instance,
  namespace: string,
  apex = `${namespace}.example.org`,
): Promise<{ readonly good: boolean; readonly bad: boolean }> {
  const [good, bad] = await Promise.all([
    askAboutRoute(stage.gatehouse, instance, `shop.${apex}`, namespace),
    askAboutRoute(stage.gatehouse, instance, `shop.${other.apex}`, namespace),
  ])
  return { good: good.allowed, bad: bad.allowed }
}

const Message = z.object({ message: z.string() })

/** The answer to a route; a call that nobody judged is sent again. */
function writeInto(namespace: string, hostname: string): Promise<{ readonly status: number; readonly text: string }> {
  const [route] = kinds
  const name = hostname.replaceAll('.', '-')
  return waitUntil(`a verdict on ${hostname}`, async () => {
    const { status, body } = await stage.plane.request(
      'POST',
      route.collectionIn(namespace),
      route.manifest(name, hostname),
    )
    return status >= 500 || status === 429 ? undefined : { status, text: Message.safeParse(body).data?.message ?? '' }
  })
}

function preStopSeconds(): number {
  const Deployment = z.object({
    spec: z.object({ template: z.object({ spec: z.object({ containers: z.tuple([Container]) }) }) }),
  })
  const { spec } = Deployment.parse(pickObject(stage.gatehouse.objects, 'Deployment', '-admission'))
  return spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds
}

const Container = z.object({
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }),
})
