import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardIds, resources } from '../guards/resources.ts'
import { expectWebhooks, type Installation } from './expected.ts'
import { findGaps } from './find-gaps.ts'
import type { LiveConfiguration, LiveWebhook, ServedResource } from './live.ts'

const ca = '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n'
const otherCA = '-----BEGIN CERTIFICATE-----\nWFla\n-----END CERTIFICATE-----\n'

const installation: Installation = {
  configurations: 'gatehouse',
  service: { name: 'gatehouse-admission', namespace: 'gatehouse-system', port: 443 },
  url: undefined,
  ownNamespace: 'gatehouse-system',
  platformNamespace: 'platform',
  namespacePrefix: 'tenant-',
  hostLabel: 'example.org/host',
  protectedLabels: ['example.org/gateway', 'example.org/host'],
  guards: guardIds,
  mutators: ['default-route-hostname'],
  failurePolicies: {},
  ca,
}

function serve(group: string, version: string, resource: string, subresources: readonly string[] = []): ServedResource {
  const scope = resource === 'namespaces' ? 'Cluster' : 'Namespaced'
  return { group, version, kind: resource, resource, scope, subresources }
}

const gatewayApi = 'gateway.networking.k8s.io'
const experiments = 'gateway.networking.x-k8s.io'
const served: readonly ServedResource[] = [
  serve('', 'v1', 'namespaces', ['status', 'finalize']),
  serve('', 'v1', 'configmaps'),
  serve('', 'v1', 'pods', ['status', 'exec']),
  serve('networking.k8s.io', 'v1', 'ingresses', ['status']),
  serve(gatewayApi, 'v1', 'httproutes', ['status']),
  serve(gatewayApi, 'v1beta1', 'httproutes', ['status']),
  serve(gatewayApi, 'v1', 'gateways', ['status']),
  serve(gatewayApi, 'v1', 'gatewayclasses', ['status']),
  serve(gatewayApi, 'v1beta1', 'referencegrants'),
]

const nameLabel = 'kubernetes.io/metadata.name'

/** The registration as the chart makes it. */
function register(kind: LiveConfiguration['kind']): LiveConfiguration {
  const mutating = kind === 'MutatingWebhookConfiguration'
  const webhooks = expectWebhooks(installation)
    .filter((expected) => expected.mutating === mutating)
    .map(({ name, path, reach, rules, matchConditions, failurePolicy }): LiveWebhook => ({
      name,
      service: { ...installation.service, path },
      url: undefined,
      caBundle: ca,
      failurePolicy,
      matchPolicy: 'Equivalent',
      namespaceSelector: {
        'all-but-own': [{ key: nameLabel, operator: 'NotIn', values: ['gatehouse-system', 'kube-system'] }],
        'platform-only': [{ key: nameLabel, operator: 'In', values: ['platform'] }],
        everywhere: [],
      }[reach],
      objectSelector: [],
      matchConditions,
      rules,
    }))
  return { kind, name: 'gatehouse', uid: 'u', resourceVersion: '1', webhooks }
}

interface Case {
  readonly webhook?: string
  /** What somebody did to that webhook. */
  readonly change?: (live: LiveWebhook) => Partial<LiveWebhook> | undefined
  readonly more?: readonly ServedResource[]
  readonly given?: Partial<Installation>
  /** Kind and resource of every gap. */
  readonly gaps: readonly string[]
}

const route = 'route-hostname.guards.gatehouse.dev'
const ingress = 'ingress-hostname.guards.gatehouse.dev'
const namespaces = 'namespace-host-label.guards.gatehouse.dev'
const config = 'gateway-config.guards.gatehouse.dev'
const routes = `httproutes.${gatewayApi}`

function withRules(change: (rule: LiveWebhook['rules'][number]) => object) {
  return ({ rules }: LiveWebhook): Partial<LiveWebhook> => ({
    rules: rules.map((rule) => ({ ...rule, ...change(rule) })),
  })
}
function select(operator: string, values: readonly string[], key = nameLabel) {
  return (): Partial<LiveWebhook> => ({ namespaceSelector: [{ key, operator, values }] })
}

const cases: Readonly<Record<string, Case>> = {
  'what the chart registers has no gap': { gaps: [] },
  'a webhook that is gone': { webhook: route, change: () => undefined, gaps: [`missing-webhook ${routes}`] },
  'a webhook of several resources that is gone counts for those that are served': {
    webhook: 'gateway-hostname.guards.gatehouse.dev',
    change: () => undefined,
    gaps: [`missing-webhook gateways.${gatewayApi}`],
  },
  'rules that are gone, for each served version': {
    webhook: route,
    change: () => ({ rules: [] }),
    gaps: [`unmatched-version ${routes}`, `unmatched-version ${routes}`],
  },
  'rules for one version of two': {
    webhook: route,
    change: withRules(() => ({ apiVersions: ['v1'] })),
    gaps: [`unmatched-version ${routes}`],
  },
  'rules of another group': {
    webhook: route,
    change: withRules(() => ({ apiGroups: ['gateway.networking.x-k8s.io'] })),
    gaps: [`unmatched-version ${routes}`, `unmatched-version ${routes}`],
  },
  'rules without UPDATE': {
    webhook: ingress,
    change: withRules(() => ({ operations: ['CREATE'] })),
    gaps: ['missing-operation ingresses.networking.k8s.io', 'missing-subresource ingresses.networking.k8s.io'],
  },
  'rules without a subresource': {
    webhook: namespaces,
    change: withRules(() => ({ resources: ['namespaces', 'namespaces/finalize'] })),
    gaps: ['missing-subresource namespaces'],
  },
  'rules of the wrong scope': {
    webhook: namespaces,
    change: withRules(() => ({ scope: 'Namespaced' })),
    gaps: ['unmatched-version namespaces'],
  },
  'wider rules': {
    webhook: namespaces,
    change: () => ({
      rules: [{ apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*', '*'], operations: ['*'], scope: '*' }],
    }),
    gaps: [],
  },
  'a lone star covers no subresource': {
    webhook: namespaces,
    change: withRules(() => ({ resources: ['*'] })),
    gaps: ['missing-subresource namespaces', 'missing-subresource namespaces'],
  },
  'a version that came later is matched and not known': {
    more: [serve(gatewayApi, 'v2', 'httproutes', ['status'])],
    gaps: [`unknown-version ${routes}`],
  },
  'a version that came later, of a kind without names, is fine': {
    more: [serve(gatewayApi, 'v9', 'tcproutes')],
    gaps: [],
  },
  'a kind that came later': {
    more: [serve(gatewayApi, 'v1', 'quicroutes'), serve(gatewayApi, 'v1alpha1', 'quicroutes')],
    gaps: [`unknown-kind quicroutes.${gatewayApi}`],
  },
  'a kind of a retired group is covered with its group': {
    more: [serve(experiments, 'v1alpha1', 'xthings'), serve('extensions', 'v1beta1', 'ingresses')],
    gaps: [],
  },
  'rules for kinds of the table alone': {
    webhook: 'gateway-hostname.guards.gatehouse.dev',
    change: ({ rules }) => ({ rules: rules.filter(({ resources: kinds }) => !kinds.includes('*')) }),
    more: [
      serve(experiments, 'v1alpha1', 'xthings'),
      serve(experiments, 'v1alpha2', 'xthings'),
      serve(experiments, 'v1alpha1', 'xlistenersets'),
      { ...serve(experiments, 'v1alpha1', 'xclasses'), scope: 'Cluster' },
    ],
    gaps: [`unmatched-version xthings.${experiments}`, `unmatched-version xthings.${experiments}`],
  },
  'rules for a retired group without UPDATE': {
    webhook: ingress,
    change: ({ rules }) => ({
      rules: rules.map((rule) => (rule.resources.includes('*') ? { ...rule, operations: ['CREATE'] } : rule)),
    }),
    more: [serve('extensions', 'v1beta1', 'ingresses')],
    gaps: ['missing-operation ingresses.extensions'],
  },
  'kinds through which nobody answers for a name are no gap': {
    more: [serve(gatewayApi, 'v1', 'backendtlspolicies')],
    gaps: [],
  },
  'a failurePolicy that was weakened': {
    webhook: route,
    change: () => ({ failurePolicy: 'Ignore' }),
    gaps: [`failure-policy ${routes}`],
  },
  'a failurePolicy that was chosen': {
    webhook: route,
    change: () => ({ failurePolicy: 'Ignore' }),
    given: { failurePolicies: { 'route-hostname': 'Ignore' } },
    gaps: [],
  },
  'a failurePolicy that is stricter than it must be': {
    webhook: 'default-route-hostname.mutators.gatehouse.dev',
    change: () => ({ failurePolicy: 'Fail' }),
    gaps: [],
  },
  'a matchPolicy that is exact': {
    webhook: route,
    change: () => ({ matchPolicy: 'Exact' }),
    gaps: [`match-policy ${routes}`],
  },
  'a caBundle that is blank': {
    webhook: config,
    change: () => ({ caBundle: '' }),
    gaps: ['ca-bundle configmaps'],
  },
  'a caBundle of somebody else': {
    webhook: config,
    change: () => ({ caBundle: otherCA }),
    gaps: ['ca-bundle configmaps'],
  },
  'a caBundle with one more CA, as in a rotation': {
    webhook: config,
    change: () => ({ caBundle: otherCA + ca }),
    gaps: [],
  },
  'any caBundle where nobody knows the CA': {
    webhook: config,
    change: () => ({ caBundle: otherCA }),
    given: { ca: undefined },
    gaps: [],
  },
  'another Service': {
    webhook: config,
    change: ({ service }) => ({ service: service && { ...service, namespace: 'elsewhere' } }),
    gaps: ['service configmaps'],
  },
  'another path': {
    webhook: config,
    change: ({ service }) => ({ service: service && { ...service, path: '/validate/route-hostname' } }),
    gaps: ['service configmaps'],
  },
  'a URL in place of the Service': {
    webhook: config,
    change: () => ({ service: undefined, url: 'https://elsewhere/validate/gateway-config' }),
    gaps: ['service configmaps'],
  },
  'an objectSelector': {
    webhook: config,
    change: () => ({ objectSelector: [{ key: 'skip', operator: 'DoesNotExist', values: [] }] }),
    gaps: ['object-selector configmaps'],
  },
  'one more namespace that is left out': {
    webhook: route,
    change: select('NotIn', ['gatehouse-system', 'kube-system', 'tenant-evil']),
    gaps: [`namespace-selector ${routes}`],
  },
  "Gatehouse's own namespace, if it counts as a tenant's": {
    webhook: route,
    change: select('NotIn', ['tenant-root', 'kube-system']),
    given: { ownNamespace: 'tenant-root', guards: ['route-hostname'], mutators: [] },
    gaps: [`namespace-selector ${routes}`],
  },
  'one namespace less that is left out': { webhook: route, change: select('NotIn', ['kube-system']), gaps: [] },
  'no namespaceSelector': { webhook: route, change: () => ({ namespaceSelector: [] }), gaps: [] },
  'namespaces chosen by another label': {
    webhook: route,
    change: select('In', ['on'], 'gatehouse'),
    gaps: [`namespace-selector ${routes}`],
  },
  'a list of namespaces that are judged': {
    webhook: route,
    change: select('In', ['tenant-a']),
    gaps: [`namespace-selector ${routes}`],
  },
  'any selector where there should be none': {
    webhook: namespaces,
    change: select('NotIn', ['kube-system']),
    gaps: ['namespace-selector namespaces'],
  },
  'the platform namespace and more': { webhook: config, change: select('In', ['platform', 'other']), gaps: [] },
  'the platform namespace left out': {
    webhook: config,
    change: select('NotIn', ['platform']),
    gaps: ['namespace-selector configmaps'],
  },
  'one more matchCondition': {
    webhook: route,
    change: ({ matchConditions }) => ({
      matchConditions: [...matchConditions, { name: 'skip', expression: 'request.userInfo.username != "eve"' }],
    }),
    gaps: [`match-condition ${routes}`],
  },
  'a matchCondition of another prefix': {
    webhook: route,
    change: ({ matchConditions }) => ({
      matchConditions: matchConditions.map(({ name, expression }) => ({
        name,
        expression: expression.replaceAll('"tenant-"', '"tenant-a"'),
      })),
    }),
    gaps: [`match-condition ${routes}`],
  },
  'fewer matchConditions': { webhook: route, change: () => ({ matchConditions: [] }), gaps: [] },
  'the protected labels in another order and twice': {
    webhook: namespaces,
    change: ({ matchConditions }) => ({
      matchConditions: matchConditions.map(({ name, expression }) => ({
        name,
        expression: expression.replaceAll(
          '["example.org/host","example.org/gateway"]',
          '["example.org/gateway", "example.org/host", "example.org/gateway"]',
        ),
      })),
    }),
    gaps: [],
  },
  'a protected label less': {
    webhook: namespaces,
    change: ({ matchConditions }) => ({
      matchConditions: matchConditions.map(({ name, expression }) => ({
        name,
        expression: expression.replaceAll('["example.org/host","example.org/gateway"]', '["example.org/gateway"]'),
      })),
    }),
    gaps: ['match-condition namespaces'],
  },
  'a guard that is disabled needs no webhook': {
    webhook: route,
    change: () => undefined,
    given: { guards: ['gateway-hostname'] },
    gaps: [],
  },
  'a mutator that is switched on needs its webhook': {
    webhook: 'default-route-hostname.mutators.gatehouse.dev',
    change: () => undefined,
    gaps: [`missing-webhook ${routes}`],
  },
}

for (const [title, { webhook, change, more = [], given = {}, gaps }] of Object.entries(cases)) {
  test(title, () => {
    const live = (kind: LiveConfiguration['kind']): LiveConfiguration => {
      const registered = register(kind)
      if (webhook === undefined || change === undefined) return registered
      const webhooks = registered.webhooks.flatMap((each) => {
        if (each.name !== webhook) return [each]
        const changes = change(each)
        return changes === undefined ? [] : [{ ...each, ...changes }]
      })
      return { ...registered, webhooks }
    }
    const untouched = JSON.stringify([
      register('ValidatingWebhookConfiguration'),
      register('MutatingWebhookConfiguration'),
    ])
    const [validating, mutating] = [live('ValidatingWebhookConfiguration'), live('MutatingWebhookConfiguration')]

    const found = findGaps({
      served: [...served, ...more],
      validating,
      mutating,
      installation: { ...installation, ...given },
    })

    // A change that changes nothing would prove nothing.
    if (change !== undefined) assert.notEqual(JSON.stringify([validating, mutating]), untouched)
    assert.deepEqual(
      found.map(({ kind, resource }) => `${kind} ${resource}`),
      gaps,
    )
    for (const { text, remedy } of found) assert.ok(text.length > 0 && remedy.length > 0 && !/\n/.test(text + remedy))
  })
}

test('without any registration everything that is served is a gap, and nothing else', () => {
  const found = findGaps({ served, validating: undefined, mutating: undefined, installation })

  const guarded = new Set(resources.map(({ group, resource }) => `${group}/${resource}`))
  const expected = new Set(
    served.filter(({ group, resource }) => guarded.has(`${group}/${resource}`)).map(({ resource }) => resource),
  )
  assert.deepEqual(new Set(found.map(({ resource }) => resource.split('.')[0])), expected)
  assert.ok(found.every(({ kind }) => kind === 'missing-configuration'))
})

test('with URLs registered on purpose a URL is no gap, and the Service is', () => {
  const given = { ...installation, mutators: [], url: 'https://gatehouse.example.org:8443' }
  const registered = register('ValidatingWebhookConfiguration')
  const webhooks = registered.webhooks.map((each) => ({
    ...each,
    service: undefined,
    url: `https://gatehouse.example.org:8443${each.service?.path}`,
  }))

  const byUrl = findGaps({ served, validating: { ...registered, webhooks }, mutating: undefined, installation: given })
  const byService = findGaps({ served, validating: registered, mutating: undefined, installation: given })

  assert.deepEqual(byUrl, [])
  assert.ok(byService.length > 0 && byService.every(({ kind }) => kind === 'service'))
})

test('text on caBundles quotes none', () => {
  const registered = register('ValidatingWebhookConfiguration')
  const webhooks = registered.webhooks.map((each) => ({ ...each, caBundle: otherCA }))

  const found = findGaps({ served, validating: { ...registered, webhooks }, mutating: undefined, installation })

  assert.ok(found.every(({ text }) => !text.includes('WFla')))
})
