/** What `helm test` tries, against a real API server with Gatehouse installed, gone, and never installed. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { type ControlPlane, startControlPlane } from '../support/control-plane/control-plane.ts'
import { type Gatehouse, installGatehouse } from '../support/control-plane/gatehouse.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { controlPlaneTools, whySkipped } from '../support/control-plane/tools.ts'
import { render, type Manifest } from './render.ts'
import { hooksOf, runTestPod, standingOf, tested } from './run-test-pod.ts'

const skip = await whySkipped([...controlPlaneTools, 'helm'])
/** A first run builds; everything after that takes seconds. */
const timeout = 45 * 60_000

describe('helm test', { skip, timeout }, () => {
  let plane: ControlPlane
  let gatehouse: Gatehouse
  let manifests: readonly Manifest[]

  before(async () => {
    plane = await startControlPlane()
    await installCrds(plane)
    gatehouse = await installGatehouse(plane)
    manifests = await render({ values: tested })
    const { namespace: name } = tested.test
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    const items = [namespace, ...standingOf(manifests), ...hooksOf(manifests).filter(({ kind }) => kind !== 'Pod')]
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
    const { status, stderr } = await plane.kubectl(['apply', '--filename', '-'], { input })
    assert.equal(status, 0, stderr)
  })
  after(() => plane.stop())

  test('passes where Gatehouse refuses', async () => {
    const { status, output } = await runInCluster()

    assert.equal(status, 0, output)
    assert.match(
      output,
      /^Refused, as it has to be: admission webhook "ingress-hostname\.guards\.gatehouse\.dev" denied/,
    )
  })

  test('fails where Gatehouse does not answer', async () => {
    await Promise.all(gatehouse.instances.map((instance) => instance.stop('SIGKILL')))

    const { status, output } = await runInCluster()

    assert.equal(status, 1)
    assert.match(output, /Refused by something else \(500\)/)
  })

  test('fails where Gatehouse is not registered', async () => {
    await gatehouse.unregister()

    const { status, output } = await runInCluster()

    assert.equal(status, 1)
    assert.match(output, /The API server took the Ingress/)
  })

  async function runInCluster() {
    const { stdout } = await plane.kubectl(['create', 'token', 'gatehouse-test', '--namespace', 'gatehouse-system'])
    const elsewhere = { TEST_SERVER: plane.url, TEST_TOKEN: stdout.trim(), NODE_EXTRA_CA_CERTS: plane.caFile }
    return runTestPod(manifests, elsewhere)
  }
})
