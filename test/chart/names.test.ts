/** Names and labels of all objects follow the release, and versions agree. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'
import { z } from 'zod'

import { at, chart, one, readChart, render } from './render.ts'
import { test } from './with-helm.ts'

const everything = {
  test: { namespace: 'tenant-canary' },
  metrics: {
    serviceMonitor: { enabled: true },
    prometheusRule: { enabled: true },
    dashboard: { enabled: true },
  },
  config: { mutators: { 'default-route-hostname': { mode: 'enforce' } } },
}

const releases = [
  { release: 'gatehouse', override: '', prefix: 'gatehouse' },
  { release: 'my-gatehouse', override: '', prefix: 'my-gatehouse' },
  { release: 'edge', override: '', prefix: 'edge-gatehouse' },
  { release: 'edge', override: 'guard', prefix: 'guard' },
  { release: 'r'.repeat(53), override: '', prefix: `${'r'.repeat(38)}-gatehouse` },
  {
    release: `gatehouse-${'x'.repeat(37)}-${'y'.repeat(5)}`,
    override: '',
    prefix: `gatehouse-${'x'.repeat(37)}`,
  },
] as const

for (const { release, override, prefix } of releases) {
  test(`all names begin with ${prefix} for release ${release}${override && ` overridden by ${override}`}`, async () => {
    const manifests = await render({ release, namespace: 'ns', values: { ...everything, fullnameOverride: override } })

    for (const { kind, metadata } of manifests) {
      const { name } = metadata
      assert.ok(name === prefix || name.startsWith(`${prefix}-`), `${kind} ${name}`)
      // A Service, and a name of a pod's label, take no more.
      assert.ok(name.length <= 63, name)
    }
    assert.equal(one(manifests, 'ValidatingWebhookConfiguration').metadata.name, prefix)
    assert.equal(one(manifests, 'MutatingWebhookConfiguration').metadata.name, prefix)
  })
}

test('no object knows a namespace other than that of the release', async () => {
  const manifests = await render({ release: 'r', namespace: 'somewhere', values: everything })

  assert.ok(!JSON.stringify(manifests).includes('gatehouse-system'))
  for (const file of listTemplates()) assert.ok(!readChart(file).includes('gatehouse-system'), file)
})

test('every object says whose it is', async () => {
  const manifests = await render({ release: 'r', values: everything })

  for (const { kind, metadata } of manifests.filter(
    ({ metadata: { annotations } }) => annotations['helm.sh/hook'] !== 'test',
  ))
    assert.partialDeepStrictEqual(
      metadata.labels,
      {
        'app.kubernetes.io/name': 'gatehouse',
        'app.kubernetes.io/instance': 'r',
        'app.kubernetes.io/managed-by': 'Helm',
        'app.kubernetes.io/part-of': 'gatehouse',
        'helm.sh/chart': `gatehouse-${version}`,
      },
      `${kind} ${metadata.name}`,
    )
})

test('each template makes one object, and is named after it', () => {
  for (const file of listTemplates().filter((name) => name.endsWith('.yaml') && !name.includes('/tests/'))) {
    const kinds = [...readChart(file).matchAll(/^kind: (\w+)$/gm)].map(([, kind = '']) => kind.toLowerCase())
    assert.equal(kinds.length, 1, file)
    assert.ok(file.replaceAll('-', '').endsWith(`${kinds[0]}.yaml`), file)
  }
})

test('chart, program and default image are of one version', async () => {
  const description = z
    .object({ version: z.string(), appVersion: z.string(), kubeVersion: z.string() })
    .parse(parse(readChart('Chart.yaml')))

  assert.equal(description.version, version)
  assert.equal(description.appVersion, version)
  assert.equal(description.kubeVersion, '>=1.30.0-0')
  const deployment = one(await render(), 'Deployment', 'gatehouse-admission')
  assert.equal(at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image'), `gatehouse:${version}`)
})

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(chart, '..', '..', 'package.json'), 'utf8')))

function listTemplates(): readonly string[] {
  return readdirSync(join(chart, 'templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(chart.length + 1))
}
