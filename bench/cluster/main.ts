/**
 * `npm run bench:cluster`: what Gatehouse adds to a write at a real API server, beside the same rule as a
 * ValidatingAdmissionPolicy and beside nothing. See docs/performance.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'

import { startControlPlane, type ControlPlane } from '../../test/support/control-plane/control-plane.ts'
import { installCrds } from '../../test/support/control-plane/crds.ts'
import { installGatehouse } from '../../test/support/control-plane/gatehouse.ts'
import { waitUntil } from '../../test/support/control-plane/wait-until.ts'
import { medianOf } from '../median.ts'
import { pathOf } from '../servers.ts'
import { renderTable } from '../table.ts'
import { apexOf, hostLabel, hostOf, rootHost, tenantNamespace } from '../tenants.ts'
import { runLoad } from './load.ts'
import { routePolicy, routePolicyBinding } from './policy.ts'
import { makeRoute } from './route.ts'
import { readWebhookTime } from './webhook-time.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' } },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const clientCounts = [1, 16, 64]
const tenants = 100

const head = [
  'clients',
  'judged by',
  'writes/s',
  'p50 ms',
  'p99 ms',
  'added p50',
  'added p99',
  'webhook mean ms',
  'below 5 ms',
]

interface Round {
  readonly clients: number
  readonly judge: string
  readonly writesPerSecond: number
  /** Milliseconds at the client. */
  readonly p50: number
  readonly p99: number
  /** Milliseconds of a call of the webhook, as the API server measures it, and the share below its first bucket, 5 ms. */
  readonly webhookMean: number
  readonly webhookBelow5: number
}

/** What judges the writes. `on` resolves when it is in effect, `off` when it is not any more. */
interface Judge {
  readonly name: string
  on(): Promise<void>
  off(): Promise<void>
}

const plane = await startControlPlane({ controllerManager: false })
try {
  await installCrds(plane, { channel: 'standard' })
  for (let index = 0; index < tenants; index++) await createNamespace(index)
  const gatehouse = await installGatehouse(plane, {
    values: { config: { settings: { rootHost } } },
    isRegistered: false,
  })
  const judges: readonly Judge[] = [
    { name: 'nothing', on: () => Promise.resolve(), off: () => Promise.resolve() },
    { name: 'Gatehouse', on: gatehouse.register, off: gatehouse.unregister },
    { name: 'policy', on: () => setPolicy(true), off: () => setPolicy(false) },
  ]
  const all: Round[] = []
  for (let round = 0; round <= rounds; round++) {
    for (const clients of clientCounts) {
      for (const judge of judges) {
        const measured = await measure(judge, clients)
        // The first round warms up.
        if (round > 0) all.push(measured)
      }
    }
    console.error(round === 0 ? 'warmed up' : `round ${round} of ${rounds}`)
  }
  console.log(`${describeMachine()}; medians of ${rounds} rounds of ${seconds} s in turn\n`)
  console.log(
    renderTable(
      head,
      clientCounts.flatMap((clients) => judges.map(({ name }) => summarize(all, clients, name))),
    ),
  )
  save(all)
} finally {
  await plane.stop()
}

async function measure(judge: Judge, clients: number): Promise<Round> {
  await judge.on()
  try {
    const before = await readWebhookTime(plane.request)
    const latencies = await runLoad(write, { clients, seconds })
    const after = await readWebhookTime(plane.request)
    const calls = after.count - before.count
    return {
      clients,
      judge: judge.name,
      writesPerSecond: latencies.count / seconds,
      p50: latencies.percentile(0.5),
      p99: latencies.percentile(0.99),
      webhookMean: ((after.seconds - before.seconds) / calls) * 1000,
      webhookBelow5: (after.below5 - before.below5) / calls,
    }
  } finally {
    await judge.off()
  }
}

async function write(count: number): Promise<void> {
  const index = count % tenants
  const { status, body } = await plane.request('POST', collectionOf(index), makeRoute(index, hostOf('shop', index)))
  if (status !== 201) throw new Error(`the write was answered with ${status}: ${JSON.stringify(body)}`)
}

function collectionOf(index: number): string {
  return `/apis/gateway.networking.k8s.io/v1/namespaces/${tenantNamespace(index)}/httproutes?dryRun=All`
}

async function createNamespace(index: number): Promise<void> {
  const metadata = { name: tenantNamespace(index), labels: { [hostLabel]: apexOf(index) } }
  await expectCreated(plane, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
}

async function expectCreated({ request }: ControlPlane, path: string, object: object): Promise<void> {
  const { status, body } = await request('POST', path, object)
  if (status !== 201) throw new Error(`POST ${path} was answered with ${status}: ${JSON.stringify(body)}`)
}

/** A policy takes effect, and goes, at the tick of a second. */
async function setPolicy(isOn: boolean): Promise<void> {
  const group = '/apis/admissionregistration.k8s.io/v1'
  const parts = [
    { path: `${group}/validatingadmissionpolicies`, object: routePolicy },
    { path: `${group}/validatingadmissionpolicybindings`, object: routePolicyBinding },
  ]
  for (const { path, object } of parts) {
    if (isOn) await expectCreated(plane, path, object)
    else await plane.request('DELETE', `${path}/${object.metadata.name}`)
  }
  await waitUntil(isOn ? 'the policy refuses' : 'the policy is gone', async () => {
    const { status } = await plane.request('POST', collectionOf(0), makeRoute(0, hostOf('shop', 1)))
    return (status === 422 || status === 403) === isOn || undefined
  })
}

function summarize(all: readonly Round[], clients: number, judge: string): readonly string[] {
  const median = (name: string, read: (round: Round) => number): number =>
    medianOf(all.filter((round) => round.clients === clients && round.judge === name).map(read))
  const [p50, p99] = [median(judge, (round) => round.p50), median(judge, (round) => round.p99)]
  const isBase = judge === 'nothing'
  const isCalled = judge === 'Gatehouse'
  return [
    String(clients),
    judge,
    median(judge, (round) => round.writesPerSecond).toFixed(0),
    p50.toFixed(2),
    p99.toFixed(2),
    isBase ? '' : (p50 - median('nothing', (round) => round.p50)).toFixed(2),
    isBase ? '' : (p99 - median('nothing', (round) => round.p99)).toFixed(2),
    isCalled ? median(judge, (round) => round.webhookMean).toFixed(2) : '',
    isCalled ? `${(median(judge, (round) => round.webhookBelow5) * 100).toFixed(1)} %` : '',
  ]
}

function describeMachine(): string {
  return `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores for all of it, load before ${loadavg()[0]?.toFixed(1)}`
}

function save(all: readonly Round[]): void {
  const results = pathOf('results')
  mkdirSync(results, { recursive: true })
  const file = `${results}/cluster-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`
  writeFileSync(file, `${JSON.stringify({ rounds, seconds, measured: all }, undefined, 2)}\n`)
  console.log(`\nEvery round: ${file}`)
}
