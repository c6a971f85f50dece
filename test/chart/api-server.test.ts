/** The chart on a real API server: every scenario passes it, and a release comes, changes and goes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import { z } from 'zod'

import { caPlaceholder } from '../../scripts/generated/manifests.ts'
import { type ControlPlane, startControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { controlPlaneTools, whySkipped } from '../support/control-plane/tools.ts'
import { tested } from './run-test-pod.ts'
import { at, chart, listScenarios, one, parseManifests, runHelm, template } from './render.ts'

const skip = await whySkipped([...controlPlaneTools, 'helm'])
/** A first run builds; everything after that takes seconds. */
const timeout = 45 * 60_000
const namespace = 'gatehouse-system'
const deploy = join(chart, '..', '..', 'deploy')
const configuration = 'validatingwebhookconfiguration'

/** Nothing schedules pods here, and none are needed for this. */
const noPods = { admission: { replicas: 0 }, controller: { replicas: 0 } }

describe('on a real API server', { skip, timeout }, () => {
  let plane: ControlPlane

  before(async () => {
    plane = await startControlPlane()
    await installCrds(plane)
    await apply(monitoringCrds)
    await run(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
    await run(['create', 'namespace', 'ns'])
  })
  after(() => plane.stop())

  for (const { name, file } of listScenarios()) {
    test(`the objects of scenario ${name} are accepted`, async () => {
      const options = { release: 'r', namespace: 'ns', arguments: ['--values', file, '--skip-tests'] }
      const { stdout, stderr } = await template(options)
      assert.equal(stderr, '')

      const result = await plane.kubectl(['create', '--dry-run=server', '--filename', '-'], { input: stdout })

      assert.equal(result.status, 0, result.stderr)
    })
  }

  test('the pods are admitted where only restricted ones are', async () => {
    const { stdout } = await template({ namespace: 'strict', release: 'gatehouse', values: tested })
    const manifests = parseManifests(stdout)
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    const accounts = manifests.filter(({ kind }) => kind === 'ServiceAccount')
    await apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'strict', labels } }, ...accounts])

    const deployed = manifests
      .filter(({ kind }) => kind === 'Deployment')
      .map((deployment) => ({
        metadata: { name: deployment.metadata.name, namespace: 'strict' },
        spec: at(deployment, 'spec', 'template', 'spec'),
      }))
    const tests = manifests.filter(({ kind }) => kind === 'Pod')
    const pods = [...deployed, ...tests].map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }))
    assert.equal(pods.length, 3)
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods })
    const result = await plane.kubectl(['create', '--dry-run=server', '--filename', '-'], { input })
    assert.equal(result.status, 0, result.stderr)
    // Else it would have been nobody's policy that let them in.
    const bare = [
      { metadata: { name: 'bare', namespace: 'strict' }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    ]
    const items = bare.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }))
    const refused = await plane.kubectl(['create', '--dry-run=server', '--filename', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    })
    assert.match(refused.stderr, /violates PodSecurity "restricted:latest"/)
  })

  test('the plain manifests are accepted, the registration only with a CA put in', async () => {
    const [files, registration] = ['gatehouse.yaml', 'registration.yaml'].map((name) => join(deploy, name))
    assert.ok(files !== undefined && registration !== undefined)
    const dryRun = ['create', '--dry-run=server', '--filename']
    const input = readFileSync(registration, 'utf8').replaceAll(caPlaceholder, btoa('a CA'))
    await run(['apply', '--filename', files])

    const without = await plane.kubectl([...dryRun, registration])
    const withCA = await plane.kubectl([...dryRun, '-'], { input })

    await run(['delete', '--filename', files])
    assert.notEqual(without.status, 0)
    assert.match(without.stderr, /illegal base64/)
    assert.equal(withCA.status, 0, withCA.stderr)
  })

  test('a release comes, changes, is rolled back and goes, and what the controller renewed stays', async (t) => {
    const installed = await helm(['install', 'gatehouse', chart, '--create-namespace'], noPods)
    assert.equal(installed.status, 0, installed.stderr)
    const made = await readCertificates()

    await t.test('the first CA is the one that is registered', () => {
      assert.deepEqual(made.bundles, [made.ca])
    })

    await t.test('an upgrade changes the registration and no certificate', async () => {
      const upgraded = await helm(['upgrade', 'gatehouse', chart], { ...noPods, webhooks: { timeoutSeconds: 3 } })

      assert.equal(upgraded.status, 0, upgraded.stderr)
      assert.deepEqual(await readCertificates(), made)
      assert.equal(await readTimeout(), 3)
    })

    await t.test('a rollback after a renewal keeps the new certificate', async () => {
      await patchSecret('gatehouse-tls', 'renewed')

      const rolledBack = await helm(['rollback', 'gatehouse', '1'])

      assert.equal(rolledBack.status, 0, rolledBack.stderr)
      assert.deepEqual(await readCertificates(), { ...made, leaf: btoa('renewed') })
      assert.equal(await readTimeout(), 5)
    })

    await t.test('an upgrade in the middle of a change of the CA keeps both in the registration', async () => {
      const both = btoa(pemOf('old') + pemOf('new'))
      await patchBundles(both)

      const upgraded = await helm(['upgrade', 'gatehouse', chart], { ...noPods, webhooks: { timeoutSeconds: 4 } })

      assert.equal(upgraded.status, 0, upgraded.stderr)
      assert.deepEqual((await readCertificates()).bundles, [both])
      assert.equal(await readTimeout(), 4)
    })

    await t.test('a rollback over a change of the CA is refused rather than bringing the old one back', async () => {
      const rolledBack = await helm(['rollback', 'gatehouse', '1'])

      assert.equal(rolledBack.status, 1)
      assert.match(rolledBack.stderr, /conflicts? with "gatehouse"/)
      assert.deepEqual((await readCertificates()).bundles, [btoa(pemOf('old') + pemOf('new'))])
    })

    await t.test('the registration goes first, and nothing stays but the Secrets', async () => {
      const removed = await helm(['uninstall', 'gatehouse', '--debug'])

      assert.equal(removed.status, 0, removed.stderr)
      const order = [...removed.stderr.matchAll(/starting delete resource.* kind=(\w+)/g)].map(([, kind]) => kind)
      assert.equal(order[0], 'ValidatingWebhookConfiguration', removed.stderr)
      const kinds = [
        'validatingwebhookconfigurations,mutatingwebhookconfigurations',
        'clusterroles,clusterrolebindings,flowschemas,roles,rolebindings,serviceaccounts',
        'services,deployments,poddisruptionbudgets,networkpolicies,resourcequotas,configmaps,secrets',
      ].join()
      const left = await run(['get', kinds, '--namespace', namespace, '--ignore-not-found', '--output', 'name'])
      const ours = left.split('\n').filter((name) => name.includes('/gatehouse'))
      assert.deepEqual(ours, ['secret/gatehouse-ca', 'secret/gatehouse-tls'])
    })

    await t.test('a reinstallation goes on with the CA that is there', async () => {
      const again = await helm(['install', 'gatehouse', chart], noPods)

      assert.equal(again.status, 0, again.stderr)
      assert.deepEqual(await readCertificates(), { ...made, leaf: btoa('renewed') })
      await helm(['uninstall', 'gatehouse'])
    })
  })

  test('with the registration away in the middle of a change, every CA that the Secrets know is registered', async () => {
    const here = 'change'
    await run(['create', 'namespace', here])
    const store = (name: string, data: Readonly<Record<string, string>>) =>
      apply([{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: here }, data }])
    const [old, next, previous, signer] = ['old', 'next', 'previous', 'signer'].map(pemOf)
    assert.ok(old !== undefined && next !== undefined && previous !== undefined && signer !== undefined)
    await store('gatehouse-ca', { 'tls.crt': btoa(old), 'next.crt': btoa(next), 'previous.crt': btoa(previous) })
    await store('gatehouse-tls', { 'tls.crt': btoa('leaf'), 'ca.crt': btoa(next + signer) })

    const installed = await helm(['install', 'gatehouse', chart], noPods, here)

    assert.equal(installed.status, 0, installed.stderr)
    assert.deepEqual((await readCertificates(here)).bundles, [btoa(old + next + previous + signer)])
    await helm(['uninstall', 'gatehouse'], undefined, here)
  })

  test('a Secret without a certificate in it is no CA to register', async () => {
    const here = 'garbage'
    await run(['create', 'namespace', here])
    const metadata = { name: 'gatehouse-ca', namespace: here }
    await apply([{ apiVersion: 'v1', kind: 'Secret', metadata, data: { 'tls.crt': btoa('garbage') } }])

    const installed = await helm(['install', 'gatehouse', chart], noPods, here)

    assert.equal(installed.status, 1)
    assert.match(installed.stderr, /Secret garbage\/gatehouse-ca: its tls\.crt holds no certificate in PEM/)
  })

  test('helm test deletes nothing of a tenant, whatever it is called', async () => {
    const here = 'tests'
    const manifests = parseManifests((await template({ namespace: here, values: tested })).stdout)
    const { name } = one(
      manifests.filter(({ metadata }) => metadata.namespace === 'tenant-canary'),
      'RoleBinding',
    ).metadata
    for (const namespace of [here, 'tenant-canary', 'tenant-gatehouse-test'])
      await run(['create', 'namespace', namespace])
    for (const binding of ['gatehouse-test', name])
      await run(['create', 'rolebinding', binding, '--clusterrole', 'view', '--user', 'jane', '-n', 'tenant-canary'])
    const read = () =>
      run(['get', 'namespaces,rolebindings,roles', '-n', 'tenant-canary', '-o', 'jsonpath={.items[*].metadata.uid}'])
    const installed = await helm(['install', 'gatehouse', chart], { ...noPods, ...tested }, here)
    assert.equal(installed.status, 0, installed.stderr)
    const before = await read()

    const result = await helm(['test', 'gatehouse', '--timeout', '5s'], undefined, here)

    assert.equal(result.status, 1)
    // Helm 4 applies, Helm 3 creates.
    assert.match(result.stderr, new RegExp(`${name}.*(conflict|already exists)`, 'i'))
    assert.equal(await read(), before)

    await run(['delete', 'rolebinding', name, '-n', 'tenant-canary'])
    const own = await read()
    // Nothing runs pods here, so it fails in its own time.
    const second = await helm(['test', 'gatehouse', '--timeout', '5s'], undefined, here)

    assert.equal(second.status, 1)
    assert.doesNotMatch(second.stderr, /rolebinding/i)
    assert.equal(await read(), own)
    await helm(['uninstall', 'gatehouse'], undefined, here)
    assert.equal(await read(), own)
  })

  test('a namespace of a release without certificates gets new ones, also over half of old ones', async () => {
    await run(['create', 'namespace', 'half'])
    const data = { 'tls.crt': btoa('old'), 'tls.key': btoa('old') }
    const metadata = { name: 'gatehouse-tls', namespace: 'half' }
    await apply([{ apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data }])

    const installed = await helm(['install', 'gatehouse', chart], noPods, 'half')

    assert.equal(installed.status, 0, installed.stderr)
    const { ca, leaf, bundles } = await readCertificates('half')
    assert.deepEqual(bundles, [ca])
    assert.notEqual(leaf, btoa('old'))
    await helm(['uninstall', 'gatehouse'], undefined, 'half')
  })

  function helm(args: readonly string[], values?: object, here = namespace) {
    const common = ['--kubeconfig', plane.kubeconfig, '--namespace', here]
    return runHelm([...args, ...common], values)
  }

  async function run(args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await plane.kubectl(args)
    assert.equal(status, 0, stderr)
    return stdout
  }

  async function apply(objects: readonly object[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
    const { status, stderr } = await plane.kubectl(['apply', '--filename', '-'], { input })
    assert.equal(status, 0, stderr)
  }

  async function readCertificates(here = namespace) {
    const [ca, leaf] = await Promise.all(
      ['gatehouse-ca', 'gatehouse-tls'].map((name) =>
        run(['get', 'secret', name, '--namespace', here, '--output', 'jsonpath={.data.tls\\.crt}']),
      ),
    )
    const bundles = await run([
      'get',
      configuration,
      'gatehouse',
      '--output',
      'jsonpath={.webhooks[*].clientConfig.caBundle}',
    ])
    return { ca, leaf, bundles: [...new Set(bundles.split(' '))] }
  }

  async function readTimeout(): Promise<unknown> {
    const object: unknown = JSON.parse(await run(['get', configuration, 'gatehouse', '--output', 'json']))
    return at(object, 'webhooks', 0, 'timeoutSeconds')
  }

  /** As the controller does. */
  async function patchSecret(name: string, certificate: string): Promise<void> {
    const patch = JSON.stringify({ data: { 'tls.crt': btoa(certificate) } })
    const args = ['patch', 'secret', name, '--namespace', namespace, '--field-manager', 'gatehouse']
    await run([...args, '--type', 'merge', '--patch', patch])
  }

  /** As the controller does. */
  async function patchBundles(bundle: string): Promise<void> {
    const object: unknown = JSON.parse(await run(['get', configuration, 'gatehouse', '--output', 'json']))
    const patch = z
      .array(z.unknown())
      .parse(at(object, 'webhooks'))
      .map((_, place) => ({ op: 'add', path: `/webhooks/${place}/clientConfig/caBundle`, value: bundle }))
    const args = ['patch', configuration, 'gatehouse', '--field-manager', 'gatehouse', '--type', 'json']
    await run([...args, '--patch', JSON.stringify(patch)])
  }
})

function pemOf(text: string): string {
  return `-----BEGIN CERTIFICATE-----\n${btoa(text)}\n-----END CERTIFICATE-----\n`
}

/** Enough of the Prometheus operator to name its kinds. */
const monitoringCrds = ['ServiceMonitor', 'PrometheusRule'].map((kind) => {
  const plural = `${kind.toLowerCase()}s`
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.monitoring.coreos.com` },
    spec: {
      group: 'monitoring.coreos.com',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  }
})
