import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLoopMetrics } from './loop-metrics.ts'

const expiry = 'gatehouse_certificate_expiry_timestamp_seconds'

async function listSeries(metrics: ReturnType<typeof createLoopMetrics>): Promise<ReadonlyMap<string, string>> {
  const lines = (await metrics.render()).split('\n').filter((line) => line.startsWith('gatehouse_'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]))
}

test('every series is there from the start, but the end of a certificate that nobody has seen', async () => {
  const series = await listSeries(createLoopMetrics(['httproutes.x', 'namespaces']))

  assert.equal(series.get('gatehouse_leader'), '0')
  assert.equal(series.get('gatehouse_reconcile_total{result="success"}'), '0')
  assert.equal(series.get('gatehouse_reconcile_total{result="error"}'), '0')
  assert.equal(series.get('gatehouse_reconcile_duration_seconds_count'), '0')
  assert.deepEqual(
    [...series].filter(([name]) => name.startsWith('gatehouse_coverage_gaps')),
    ['httproutes.x', 'namespaces', 'other'].map((name) => [`gatehouse_coverage_gaps{resource="${name}"}`, '0']),
  )
  assert.equal(series.has(expiry), false)
})

test('gaps are counted by resource, unknown kinds together, and closed ones are gone', async () => {
  const metrics = createLoopMetrics(['a', 'b'])
  metrics.coverageGaps(new Map([['a', 2]]))
  metrics.coverageGaps(
    new Map([
      ['b', 1],
      ['new', 1],
      ['newer', 2],
    ]),
  )

  const series = await listSeries(metrics)

  const gaps = ['a', 'b', 'other'].map((name) => series.get(`gatehouse_coverage_gaps{resource="${name}"}`))
  assert.deepEqual(gaps, ['0', '1', '3'])
})

test('who no longer leads tells of no certificate and of no gap', async () => {
  const metrics = createLoopMetrics(['a'])
  metrics.leading(true)
  metrics.certificateExpiry(new Date(5_000))
  metrics.coverageGaps(new Map([['a', 2]]))
  const before = await listSeries(metrics)

  metrics.leading(false)
  const after = await listSeries(metrics)
  metrics.leading(true)
  metrics.certificateExpiry(new Date(7_000))

  assert.deepEqual([before.get(expiry), after.has(expiry)], ['5', false])
  assert.equal(after.get('gatehouse_coverage_gaps{resource="a"}'), '0')
  assert.equal((await listSeries(metrics)).get(expiry), '7')
})

test('passes are counted with their time', async () => {
  const metrics = createLoopMetrics([])
  metrics.reconciled('success', 0.2)
  metrics.reconciled('error', 2)

  const series = await listSeries(metrics)

  assert.equal(series.get('gatehouse_reconcile_total{result="error"}'), '1')
  assert.equal(series.get('gatehouse_reconcile_duration_seconds_sum'), '2.2')
})
