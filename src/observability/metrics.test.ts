import assert from 'node:assert/strict'
import { test } from 'node:test'
import { turnedAwayReasons } from '../server/ports.ts'
import { createMetrics, type Metrics } from './metrics.ts'

const labels = {
  families: ['route-hostname', 'tenant-host', 'default-route-hostname'],
  origins: {
    'route-hostname': ['route-hostname/outside-apex', 'route-hostname/no-hostnames'],
    'tenant-host': ['tenant-host/untrusted'],
  },
}
const review = {
  family: 'route-hostname',
  operation: 'CREATE',
  decision: 'allowed',
  dryRun: false,
  seconds: 0.0004,
} as const

// Gaps of the registration are the controller's to tell: a zero of pods that never look would say that there are none.
test('every metric of the contract is there, and no other of ours', async () => {
  const lines = await linesOf(createMetrics(labels))

  const types = lines
    .filter((line) => line.startsWith('# TYPE gatehouse_'))
    .map((line) => line.split(' ').slice(2).join(' '))

  assert.deepEqual(types.sort(), [
    'gatehouse_admission_in_flight gauge',
    'gatehouse_admission_review_duration_seconds histogram',
    'gatehouse_admission_reviews_total counter',
    'gatehouse_admission_turned_away_total counter',
    'gatehouse_apexes_shared gauge',
    'gatehouse_certificate_expiry_timestamp_seconds gauge',
    'gatehouse_certificate_reloads_total counter',
    'gatehouse_config_reloads_total counter',
    'gatehouse_guard_violations_total counter',
    'gatehouse_namespace_reads_total counter',
    'gatehouse_namespaces_age_seconds gauge',
    'gatehouse_namespaces_known gauge',
  ])
})

test('every series of the closed label sets starts at zero', async () => {
  const lines = await linesOf(createMetrics(labels))
  const ofName = (name: string) => lines.filter((line) => line.startsWith(`${name}{`))

  const reviews = ofName('gatehouse_admission_reviews_total')
  const turnedAway = ofName('gatehouse_admission_turned_away_total')
  const violations = ofName('gatehouse_guard_violations_total')
  const counts = ofName('gatehouse_admission_review_duration_seconds_count')

  assert.equal(reviews.length, 4 * 5 * 4 * 2)
  assert.equal(turnedAway.length, turnedAwayReasons.length)
  assert.equal(violations.length, 3 * 4)
  assert.equal(counts.length, 4)
  assert.equal(ofName('gatehouse_namespace_reads_total').length, 5)
  assert.equal(ofName('gatehouse_certificate_reloads_total').length, 2)
  assert.equal(ofName('gatehouse_config_reloads_total').length, 3)
  for (const line of [...reviews, ...turnedAway, ...violations, ...counts]) assert.match(line, / 0$/)
})

test('a review is counted under its labels and timed', async () => {
  const metrics = createMetrics(labels)

  metrics.review(review)
  metrics.review(review)
  metrics.review({ ...review, family: 'tenant-host', operation: 'DELETE', decision: 'error', dryRun: true })

  const first = 'gatehouse_admission_reviews_total{family="route-hostname",operation="CREATE",decision="allowed"'
  const second = 'gatehouse_admission_reviews_total{family="tenant-host",operation="DELETE",decision="error"'
  const duration = 'gatehouse_admission_review_duration_seconds'
  await assertLines(metrics, [
    `${first},dry_run="false"} 2`,
    `${first},dry_run="true"} 0`,
    `${second},dry_run="true"} 1`,
    `${duration}_bucket{le="0.00025",family="route-hostname"} 0`,
    `${duration}_bucket{le="0.0005",family="route-hostname"} 2`,
    `${duration}_bucket{le="1",family="route-hostname"} 2`,
    `${duration}_bucket{le="+Inf",family="route-hostname"} 2`,
    `${duration}_sum{family="route-hostname"} 0.0008`,
    `${duration}_count{family="route-hostname"} 2`,
  ])
})

test('a duration belongs to the first bucket whose bound it does not pass', async () => {
  const metrics = createMetrics(labels)

  for (const seconds of [0.00025, 0.000251, 1, 1.5]) metrics.review({ ...review, seconds })

  const bucket = 'gatehouse_admission_review_duration_seconds_bucket'
  await assertLines(metrics, [
    `${bucket}{le="0.00025",family="route-hostname"} 1`,
    `${bucket}{le="0.0005",family="route-hostname"} 2`,
    `${bucket}{le="0.5",family="route-hostname"} 2`,
    `${bucket}{le="1",family="route-hostname"} 3`,
    `${bucket}{le="+Inf",family="route-hostname"} 4`,
  ])
})

test('reading the metrics twice counts nothing twice', async () => {
  const metrics = createMetrics(labels)
  const line =
    'gatehouse_admission_reviews_total{family="route-hostname",operation="CREATE",decision="allowed",dry_run="false"}'

  metrics.review(review)
  await metrics.render()
  metrics.review(review)

  await assertLines(metrics, [`${line} 2`])
})

test('what is outside the closed sets makes no series of its own', async () => {
  const metrics = createMetrics(labels)
  const before = await linesOf(metrics)

  metrics.review({ ...review, family: 'evil', operation: 'PATCH' })
  metrics.violation('route-hostname/evil', 'deny')

  const after = await linesOf(metrics)
  const ours = (lines: string[]) =>
    lines.filter((line) => line.startsWith('gatehouse_')).map((line) => line.split(' ')[0])
  assert.deepEqual(ours(after), ours(before))
  await assertLines(metrics, [
    'gatehouse_admission_reviews_total{family="none",operation="other",decision="allowed",dry_run="false"} 1',
  ])
})

test('violations, reads, reloads and refusals are counted by their labels', async () => {
  const metrics = createMetrics(labels)

  metrics.violation('route-hostname/outside-apex', 'ratchet')
  metrics.read('timeout')
  metrics.configReloaded('restart_needed')
  metrics.turnedAway('too_large')

  await assertLines(metrics, [
    'gatehouse_guard_violations_total{guard="route-hostname",origin="route-hostname/outside-apex",effect="ratchet"} 1',
    'gatehouse_guard_violations_total{guard="route-hostname",origin="route-hostname/outside-apex",effect="deny"} 0',
    'gatehouse_namespace_reads_total{result="timeout"} 1',
    'gatehouse_namespace_reads_total{result="found"} 0',
    'gatehouse_config_reloads_total{result="restart_needed"} 1',
    'gatehouse_admission_turned_away_total{reason="too_large"} 1',
  ])
})

test('gauges are read when somebody looks', async () => {
  const metrics = createMetrics(labels)
  await assertLines(metrics, ['gatehouse_admission_in_flight 0', 'gatehouse_namespaces_age_seconds +Inf'])

  metrics.watchInFlight(() => 7)
  metrics.watchNamespaces(() => ({ namespaces: 1200, ageSeconds: 2.5, sharedApexes: 3 }))

  await assertLines(metrics, [
    'gatehouse_admission_in_flight 7',
    'gatehouse_namespaces_known 1200',
    'gatehouse_namespaces_age_seconds 2.5',
    'gatehouse_apexes_shared 3',
  ])
})

test('event loop delay and memory of the process are there', async () => {
  const lines = await linesOf(createMetrics(labels))

  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']) {
    assert.ok(
      lines.some((line) => line.startsWith(`${name} `)),
      name,
    )
  }
})

async function linesOf(metrics: Metrics): Promise<string[]> {
  return (await metrics.render()).split('\n')
}

async function assertLines(metrics: Metrics, expected: readonly string[]): Promise<void> {
  const lines = await linesOf(metrics)
  for (const line of expected) assert.ok(lines.includes(line), `${line} is missing`)
}
