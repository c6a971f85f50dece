/** templates/{validating,mutating}webhookconfiguration.yaml: what the API server asks Gatehouse about, and how. */
import assert from 'node:assert/strict'

import { z } from 'zod'

import { guardIds } from '../../src/guards/resources.ts'
import { mutatorIds } from '../../src/mutators/mutator.ts'
import { celLiteral } from '../../src/registration/conditions.ts'
import { mutatingWebhooks, validatingWebhooks } from '../../src/registration/webhooks.ts'
import { all, at, one, render, type Manifest } from './render.ts'
import { test } from './with-helm.ts'

const validating = 'ValidatingWebhookConfiguration'
const mutating = 'MutatingWebhookConfiguration'

const cozystack = {
  namespacePrefix: celLiteral('tenant-'),
  protectedLabels: celLiteral([
    'namespace.cozystack.io/host',
    'namespace.cozystack.io/gateway',
    'namespace.cozystack.io/ingress',
  ]),
}
const both = { 'default-listener-hostname': { mode: 'enforce' }, 'default-route-hostname': { mode: 'enforce' } }

const platforms = [
  { title: 'the default settings', settings: {}, platform: cozystack },
  {
    title: 'other labels and another prefix',
    settings: { namespacePrefix: 'customer-', hostLabel: 'example.net/apex', protectedLabels: ['example.net/gateway'] },
    platform: {
      namespacePrefix: celLiteral('customer-'),
      protectedLabels: celLiteral(['example.net/gateway', 'example.net/apex']),
    },
  },
  {
    title: 'quotes and signs that mean something in YAML, HTML or CEL',
    settings: { namespacePrefix: `a"'<&>: {{ #`, hostLabel: `it's"<`, protectedLabels: [] },
    platform: { namespacePrefix: celLiteral(`a"'<&>: {{ #`), protectedLabels: celLiteral([`it's"<`]) },
  },
] as const

for (const { title, settings, platform } of platforms) {
  test(`rules, paths and matchConditions are those of the code with ${title}`, async () => {
    const manifests = await render({
      values: { config: { settings, mutators: both } },
      // Such names never get past the schema; the templates hold without it, too.
      arguments: ['--skip-schema-validation'],
    })

    const registered = [validating, mutating].flatMap((kind) => webhooksOf(one(manifests, kind)))
    const wanted = [...validatingWebhooks(platform), ...mutatingWebhooks(platform)]
    assert.deepEqual(
      registered.map((webhook) => ({
        name: webhook.name,
        path: at(webhook, 'clientConfig', 'service', 'path'),
        rules: webhook.rules,
        matchConditions: webhook.matchConditions.map((condition) => ({
          ...condition,
          expression: readLiterals(condition.expression),
        })),
      })),
      wanted.map(({ name, path, rules, matchConditions }) => ({ name, path, rules, matchConditions })),
    )
  })
}

test('what is not adjustable is the same for every webhook', async () => {
  const manifests = await render({ values: { config: { mutators: both } } })

  for (const webhook of [validating, mutating].flatMap((kind) => webhooksOf(one(manifests, kind)))) {
    assert.equal(webhook['sideEffects'], 'None')
    assert.equal(webhook['matchPolicy'], 'Equivalent')
    assert.deepEqual(webhook['admissionReviewVersions'], ['v1'])
    assert.equal(webhook['timeoutSeconds'], 5)
    assert.ok(!Object.hasOwn(webhook, 'objectSelector'))
    assert.ok(!Object.hasOwn(webhook, 'reinvocationPolicy'))
  }
})

test('each webhook reaches the namespaces that its guard is for, by exact name', async () => {
  const values = { config: { mutators: both, settings: { platformNamespace: 'platform' } } }
  const manifests = await render({ values, namespace: 'somewhere' })

  const selectors = {
    'all-but-own': selector('NotIn', ['somewhere', 'kube-system']),
    'platform-only': selector('In', ['platform']),
    everywhere: undefined,
  }
  const registered = [validating, mutating].flatMap((kind) => webhooksOf(one(manifests, kind)))
  const wanted = [...validatingWebhooks(cozystack), ...mutatingWebhooks(cozystack)]
  assert.deepEqual(
    registered.map((webhook) => [webhook.name, webhook['namespaceSelector']]),
    wanted.map(({ name, reach }) => [name, selectors[reach]]),
  )
})

test('a namespace is not named twice when the release is in kube-system', async () => {
  const manifests = await render({ namespace: 'kube-system' })

  const route = webhooksOf(one(manifests, validating)).find(({ name }) => name.startsWith('route-hostname.'))
  assert.deepEqual(route?.['namespaceSelector'], selector('NotIn', ['kube-system']))
})

test('guards fail closed and mutators open, unless a value says otherwise for one of them', async () => {
  const manifests = await render({
    values: { config: { mutators: both }, webhooks: { failurePolicies: { 'route-hostname': 'Ignore' } } },
  })

  const policies = [validating, mutating].flatMap((kind) => webhooksOf(one(manifests, kind)).map(policyOf))
  assert.deepEqual(policies, [
    ...guardIds.map((id) => [id, id === 'route-hostname' ? 'Ignore' : 'Fail']),
    ...mutatorIds.map((id) => [id, 'Ignore']),
  ])
})

test('a disabled guard has no webhook, and every other mode has one', async () => {
  const guards = {
    'route-hostname': { mode: 'disabled' },
    'tenant-host': { mode: 'audit' },
    'gateway-config': { mode: 'warn' },
  }

  const manifests = await render({ values: { config: { guards } } })

  const registered = webhooksOf(one(manifests, validating)).map(({ name }) => name.split('.')[0])
  assert.deepEqual(
    registered,
    guardIds.filter((id) => id !== 'route-hostname'),
  )
})

test('nothing is registered where nothing is switched on', async () => {
  const guards = Object.fromEntries(guardIds.map((id) => [id, { mode: 'disabled' }]))

  const manifests = await render({ values: { config: { guards } } })

  assert.deepEqual([...all(manifests, validating), ...all(manifests, mutating)], [])
})

test('mutators are registered one by one, as they are switched on', async () => {
  const none = await render()
  const route = await render({
    values: { config: { mutators: { 'default-route-hostname': { mode: 'enforce' } } } },
  })

  assert.deepEqual(all(none, mutating), [])
  assert.deepEqual(
    webhooksOf(one(route, mutating)).map(({ name }) => name),
    ['default-route-hostname.mutators.gatehouse.dev'],
  )
})

test('the API server calls the Service, or URLs below the one it is given', async () => {
  const url = 'https://gatehouse.example.org:9443'
  const byService = webhooksOf(one(await render({ release: 'r', namespace: 'ns' }), validating))
  const byUrl = webhooksOf(one(await render({ values: { webhooks: { url } } }), validating))

  for (const { clientConfig } of byService) {
    const { path: _, ...service } = z.record(z.string(), z.unknown()).parse(clientConfig['service'])
    assert.deepEqual(service, { name: 'r-gatehouse-admission', namespace: 'ns', port: 443 })
    assert.ok(!Object.hasOwn(clientConfig, 'url'))
  }
  assert.deepEqual(
    byUrl.map(({ clientConfig }) => [clientConfig['url'], clientConfig['service']]),
    guardIds.map((id) => [`${url}/validate/${id}`, undefined]),
  )
})

const Webhook = z.looseObject({
  name: z.string(),
  clientConfig: z.record(z.string(), z.unknown()),
  rules: z.array(z.unknown()),
  matchConditions: z.array(z.object({ name: z.string(), expression: z.string() })),
})

function webhooksOf(manifest: Manifest) {
  return z.array(Webhook).parse(manifest['webhooks'])
}

function policyOf(webhook: z.infer<typeof Webhook>): readonly unknown[] {
  return [webhook.name.split('.')[0], webhook['failurePolicy']]
}

function selector(operator: string, values: readonly string[]) {
  return { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator, values }] }
}

/** Helm writes `<` as `\u003c`, which means the same in CEL and in JSON. */
function readLiterals(expression: string): string {
  return expression.replaceAll(/\\u(00[0-9a-f]{2})/g, (_, code: string) =>
    String.fromCodePoint(Number.parseInt(code, 16)),
  )
}
