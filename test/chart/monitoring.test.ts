/** templates/{servicemonitor,prometheusrule,dashboard-configmap,metrics-service}.yaml: what watches Gatehouse. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { z } from 'zod'

import { all, at, chart, one, readChart, render, type Manifest } from './render.ts'
import { test } from './with-helm.ts'

const kinds = ['ServiceMonitor', 'PrometheusRule']
const on = {
  serviceMonitor: { enabled: true },
  prometheusRule: { enabled: true },
  dashboard: { enabled: true },
}

/** Metrics of the API server that alerts and dashboard read (admission-webhooks.md section 2). */
const apiServerMetrics = [
  'apiserver_admission_webhook_admission_duration_seconds_bucket',
  'apiserver_admission_webhook_fail_open_count',
  'apiserver_admission_webhook_rejection_count',
]

test('nothing of the Prometheus operator or Grafana is made unless it is asked for', async () => {
  const manifests = await render()

  for (const kind of kinds) assert.deepEqual(all(manifests, kind), [])
  assert.deepEqual(
    all(manifests, 'ConfigMap').map(({ metadata }) => metadata.name),
    ['gatehouse-config'],
  )
})

test('each can be had alone, with the labels that it is selected by', async () => {
  const labels = { release: 'prometheus' }

  for (const [key, kind, name] of [
    ['serviceMonitor', 'ServiceMonitor', 'gatehouse'],
    ['prometheusRule', 'PrometheusRule', 'gatehouse'],
    ['dashboard', 'ConfigMap', 'gatehouse-dashboard'],
  ] as const) {
    const manifests = await render({ values: { metrics: { [key]: { enabled: true, labels } } } })

    assert.equal(one(manifests, kind, name).metadata.labels['release'], 'prometheus')
    const others = kinds.filter((other) => other !== kind)
    assert.ok(others.every((other) => all(manifests, other).length === 0))
  }
})

test('the ServiceMonitor finds the Service of the metrics and no other, and it the pods of both Deployments', async () => {
  const manifests = await render({ release: 'r', namespace: 'ns', values: { metrics: on } })

  const monitor = one(manifests, 'ServiceMonitor')
  const wanted = z.record(z.string(), z.string()).parse(at(monitor, 'spec', 'selector', 'matchLabels'))
  const found = all(manifests, 'Service').filter(({ metadata }) =>
    Object.entries(wanted).every(([key, value]) => metadata.labels[key] === value),
  )
  assert.deepEqual(
    found.map(({ metadata }) => metadata.name),
    ['r-gatehouse-metrics'],
  )
  const service = one(manifests, 'Service', 'r-gatehouse-metrics')
  assert.equal(at(service, 'spec', 'clusterIP'), 'None')
  assert.equal(at(monitor, 'spec', 'endpoints', 0, 'port'), at(service, 'spec', 'ports', 0, 'name'))
  for (const deployment of all(manifests, 'Deployment'))
    assert.partialDeepStrictEqual(
      at(deployment, 'spec', 'template', 'metadata', 'labels'),
      at(service, 'spec', 'selector'),
    )
})

test('the pod of `helm test` is behind no Service', async () => {
  const manifests = await render({ values: { test: { namespace: 'tenant-a' } } })

  const { labels } = one(manifests, 'Pod').metadata
  for (const service of all(manifests, 'Service')) {
    const selector = z.record(z.string(), z.string()).parse(at(service, 'spec', 'selector'))
    assert.ok(Object.entries(selector).some(([key, value]) => labels[key] !== value))
  }
})

test('there is an alert for each thing that has to be seen', async () => {
  const alerts = alertsOf(await render({ values: { metrics: on } }))

  assert.deepEqual(
    alerts.map(({ alert }) => alert),
    [
      'GatehouseFailOpen',
      'GatehouseCallsFail',
      'GatehouseErrors',
      'GatehouseTurnsAway',
      'GatehouseSlow',
      'GatehouseCertificateExpires',
      'GatehouseCoverageGap',
      'GatehouseFactsOld',
      'GatehouseConfigurationRefused',
      'GatehouseDown',
      'GatehouseNoLeader',
    ],
  )
})

test('each alert has a heading in the page that `runbookUrl` is meant for', async () => {
  const alerts = alertsOf(await render({ values: { metrics: on } }))

  const page = readFileSync(join(chart, '..', '..', 'docs', 'metrics.md'), 'utf8')
  const headings = [...page.matchAll(/^### (Gatehouse\w+)$/gm)].map(([, name]) => name)
  assert.deepEqual(
    headings,
    alerts.map(({ alert }) => alert),
  )
})

test('alerts have the limits and the link of the values', async () => {
  const prometheusRule = {
    enabled: true,
    runbookUrl: 'https://example.org/runbook',
    certificateDays: 21,
    p99Seconds: 0.25,
    factsAgeSeconds: 77,
  }

  const alerts = alertsOf(await render({ values: { metrics: { prometheusRule } } }))

  const expressions = new Map(alerts.map(({ alert, expr }) => [alert, expr]))
  assert.match(expressions.get('GatehouseCertificateExpires') ?? '', /< 21 \* 86400$/)
  assert.match(expressions.get('GatehouseSlow') ?? '', /> 0\.25$/)
  assert.match(expressions.get('GatehouseFactsOld') ?? '', /> 77$/)
  for (const { alert, annotations } of alerts)
    assert.equal(annotations['runbook_url'], `https://example.org/runbook#${alert.toLowerCase()}`)
})

test('alerts of a release are about its own pods', async () => {
  const alerts = alertsOf(await render({ release: 'r', namespace: 'ns', values: { metrics: on } }))

  for (const { alert, expr } of alerts.filter(({ expr: text }) => !text.includes('apiserver_')))
    for (const [, metric, matchers = ''] of expr.matchAll(/(gatehouse_\w+)\{([^}]*)\}/g))
      assert.ok(matchers.startsWith('namespace="ns",service="r-gatehouse-metrics"'), `${alert} ${metric}`)
})

test('the alerts are on certificates that pods serve, and on gaps of whichever controller leads', async () => {
  const alerts = alertsOf(await render({ values: { metrics: on } }))

  const expressions = new Map(alerts.map(({ alert, expr }) => [alert, expr]))
  assert.match(expressions.get('GatehouseCertificateExpires') ?? '', /expiry\w*\{[^}]*,pod=~"\.\*-admission-\.\*"\}/)
  assert.match(
    expressions.get('GatehouseCoverageGap') ?? '',
    /^max by \(resource\) \(gatehouse_coverage_gaps\{[^}]*\}\) > 0$/,
  )
})

test('expressions close what they open', async () => {
  const expressions = [
    ...alertsOf(await render({ values: { metrics: on } })).map(({ expr }) => expr),
    ...dashboardQueries(),
  ]

  for (const expression of expressions) {
    const bare = expression.replaceAll(/"[^"]*"/g, '""')
    for (const [open, close] of ['()', '{}', '[]'])
      assert.equal(bare.split(open ?? '').length, bare.split(close ?? '').length, expression)
  }
})

test('alerts and dashboard read metrics that exist, and the dashboard every metric of admission', async () => {
  const alerts = alertsOf(await render({ values: { metrics: on } })).map(({ expr }) => expr)
  const known = listMetrics()

  const used = new Set([...alerts, ...dashboardQueries()].flatMap(listNames))
  assert.deepEqual(
    [...used].filter((name) => !known.has(name.replace(/_bucket$/, '')) && !apiServerMetrics.includes(name)),
    [],
  )
  const shown = new Set(dashboardQueries().flatMap(listNames))
  const admission = [...known].filter((name) => name.startsWith('gatehouse_admission_'))
  assert.ok(admission.length >= 4)
  assert.deepEqual(
    admission.filter((name) => !shown.has(name) && !shown.has(`${name}_bucket`)),
    [],
  )
})

test('the dashboard that is installed is the one in the chart, and its panels do not overlap', async () => {
  const map = one(await render({ values: { metrics: on } }), 'ConfigMap', 'gatehouse-dashboard')

  const dashboard: unknown = JSON.parse(z.string().parse(at(map, 'data', 'gatehouse.json')))
  assert.deepEqual(dashboard, JSON.parse(readChart('files/dashboard.json')))
  const cells = panels().flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at_) => `${x + (at_ % w)},${y + Math.floor(at_ / w)}`),
  )
  assert.equal(new Set(cells).size, cells.length)
  assert.ok(panels().every(({ gridPos: { x, w } }) => x + w <= 24))
})

const Alert = z.object({
  alert: z.string(),
  expr: z.string(),
  annotations: z.record(z.string(), z.string()),
})

function alertsOf(manifests: readonly Manifest[]) {
  return z.array(Alert).parse(at(one(manifests, 'PrometheusRule'), 'spec', 'groups', 0, 'rules'))
}

function panels() {
  const gridPos = z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() })
  const targets = z.array(z.object({ expr: z.string() })).min(1)
  const Dashboard = z.object({ panels: z.array(z.object({ gridPos, targets })) })
  return Dashboard.parse(JSON.parse(readChart('files/dashboard.json'))).panels
}

function dashboardQueries(): readonly string[] {
  return panels().flatMap(({ targets }) => targets.map(({ expr }) => expr))
}

function listNames(expression: string): readonly string[] {
  return [...expression.replaceAll(/"[^"]*"/g, '').matchAll(/\b(?:gatehouse|apiserver)_\w+/g)].map(([name]) => name)
}

/** Names of metrics as the code writes them. */
function listMetrics(): ReadonlySet<string> {
  const folder = join(chart, '..', '..', 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const texts = sources.map((file) => readFileSync(join(folder, file), 'utf8'))
  return new Set(texts.flatMap((text) => [...text.matchAll(/'(gatehouse_\w+)'/g)].map(([, name = '']) => name)))
}
