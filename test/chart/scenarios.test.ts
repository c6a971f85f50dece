/** ci/*-values.yaml: one value set a scenario; each renders, passes Helm's strict lint, and says something new. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

import { chart, listScenarios, render, runHelm } from './render.ts'
import { test } from './with-helm.ts'

const scenarios = listScenarios()

for (const { name, file } of scenarios) {
  test(`scenario ${name} passes the strict lint`, async () => {
    const { status, stdout, stderr } = await runHelm(['lint', '--strict', chart, '--values', file])

    assert.equal(status, 0, `${stdout}${stderr}`)
  })

  test(`scenario ${name} renders objects that differ in kind or name, all in the namespace of the release`, async () => {
    const manifests = await render({ release: 'r', namespace: 'ns', arguments: ['--values', file] })

    const keys = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`)
    assert.equal(new Set(keys).size, keys.length)
    assert.deepEqual(
      manifests.filter(({ kind, metadata }) => metadata.namespace !== (clusterScoped.has(kind) ? undefined : 'ns')),
      manifests.filter(({ metadata }) => isOfTenant(metadata.namespace)),
    )
  })
}

test('no two scenarios render the same', async () => {
  const texts = await Promise.all(
    // The CA differs in each run.
    scenarios.map(async ({ file }) => {
      const manifests = await render({ arguments: ['--values', file] })
      return JSON.stringify(manifests).replaceAll(/"(caBundle|ca\.crt|tls\.crt|tls\.key)":"[^"]*"/g, '')
    }),
  )

  assert.equal(new Set(texts).size, texts.length)
  assert.ok(scenarios.every(({ file }) => readFileSync(file, 'utf8').trim() !== ''))
})

const clusterScoped: ReadonlySet<string> = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'FlowSchema',
  'MutatingWebhookConfiguration',
  'Namespace',
  'ValidatingWebhookConfiguration',
])

/** What `helm test` may write where it tries. */
function isOfTenant(namespace: string | undefined): boolean {
  return namespace !== undefined && /^(tenant|customer)-/.test(namespace)
}
