/** values.schema.json: a value that is wrong, or that nobody reads, is refused before anything is rendered. */
import assert from 'node:assert/strict'

import { parse, stringify } from 'yaml'
import { z } from 'zod'

import { at, readChart, template } from './render.ts'
import { test } from './with-helm.ts'

const wrong: readonly (readonly [path: string, value: unknown])[] = [
  ['replicas', 3],
  ['admission.replica', 3],
  ['admission.replicas', '3'],
  ['admission.replicas', -1],
  ['admission.port', 0],
  ['admission.port', 70000],
  ['admission.resources.limits.memory', 'much'],
  ['admission.resources.requests.gpu', 1],
  ['admission.tolerations', [{ key: 'a', operator: 'Is' }]],
  ['admission.nodeSelector', { a: 1 }],
  ['admission.preStopSeconds', 0],
  ['controller.hostNetwork', true],
  ['image.repository', ''],
  ['image.repository', 'gatehouse\n          command: [sh]'],
  ['image.tag', '0.1.0\n          command: [sh]'],
  ['image.tag', 'a b'],
  ['image.pullSecrets', ['a: b']],
  ['admission.priorityClassName', 'a\nhostPID: true'],
  ['controller.priorityClassName', 'a\nhostPID: true'],
  ['flowSchema.priorityLevel', 'a\nb: c'],
  ['certificates.existingSecret', 'a\nb: c'],
  ['certificates.certManager.issuerRef.name', 'a\nb: c'],
  ['certificates.certManager.issuerRef.kind', 'Issuer\nb: c'],
  ['certificates.certManager.issuerRef.group', 'a b'],
  ['config.controller.tlsProfile.target.name', 'a\nb: c'],
  ['config.controller.tlsProfile.target.key', 'a/b'],
  ['config.settings.trustedGroups', ['system:authenticated']],
  ['config.settings.trustedGroups', ['system:unauthenticated']],
  ['config.settings.trustedGroups', ['system:serviceaccounts']],
  ['image.digest', 'sha256:123'],
  ['image.pullPolicy', 'Sometimes'],
  ['fullnameOverride', 'Gatehouse'],
  ['fullnameOverride', '-gatehouse'],
  ['webhooks.timeoutSeconds', 31],
  ['webhooks.timeoutSeconds', 0],
  ['webhooks.url', 'http://gatehouse.example.org'],
  ['webhooks.url', 'https://gatehouse.example.org/path'],
  ['webhooks.failurePolicies.route-hostname', 'fail'],
  ['webhooks.failurePolicies.routes', 'Fail'],
  ['webhooks.objectSelector', {}],
  ['certificates.mode', 'none'],
  ['certificates.self.leafLifetime', '90d'],
  ['certificates.self.made', '{}'],
  ['certificates.extraNames', ['Not A Name']],
  ['certificates.certManager.issuerRef.namespace', 'x'],
  ['config.guards.route-hostname.mode', 'off'],
  ['config.guards.route-hostname.mode', false],
  ['config.guards.routes', { mode: 'enforce' }],
  ['config.mutators.default-route-hostname.mode', 'warn'],
  ['config.settings.roothost', 'example.org'],
  ['config.settings.namespacePrefix', ''],
  ['config.settings.namespacePrefix', 'Tenant-'],
  ['config.settings.namespacePrefix', '"'],
  ['config.settings.hostLabel', 'a b'],
  ['config.settings.protectedLabels', ['a b']],
  ['config.settings.platformNamespace', 'Platform'],
  ['config.settings.maxDnsNames', 0],
  // What the chart writes itself.
  ['config.facts.source', 'file'],
  ['config.facts.snapshot', '/tmp/x'],
  ['config.server.port', 8443],
  ['config.server.healthPort', 8081],
  ['config.tls.certificate', {}],
  ['config.controller.webhook', {}],
  ['config.controller.lease', {}],
  ['config.cluster', {}],
  ['config.server.maxBytesInFlight', '64MB'],
  ['config.controller.coverage.interval', '5'],
  ['config.log.level', 'loud'],
  ['networkPolicy.metricsNamespaces', 'monitoring'],
  ['networkPolicy.egress.apiServerPorts', []],
  ['flowSchema.matchingPrecedence', 0],
  ['metrics.serviceMonitor.interval', '1h30'],
  ['metrics.prometheusRule.runbookUrl', 'runbooks'],
  ['metrics.dashboard.folder', 'x'],
  ['runAsUser', 'root'],
  ['test.namespace', 'a/b'],
]

for (const [path, value] of wrong) {
  test(`refuses ${path}: ${JSON.stringify(value)}`, async () => {
    const { status, stderr } = await template({ values: nest(path.split('.'), value) })

    assert.equal(status, 1)
    assert.match(stderr, /values don't meet the specifications of the schema/)
    // The complaint is about this value, or about its block where the key is unknown.
    assert.ok(
      listPlaces(path).some((place) => stderr.includes(`at '${place}'`)),
      stderr,
    )
  })
}

const impossible = [
  { values: { admission: { port: 8081 } }, message: /admission\.healthPort: must differ from admission\.port/ },
  {
    values: { admission: { terminationGracePeriodSeconds: 13 } },
    message: /admission\.terminationGracePeriodSeconds: must exceed/,
  },
] as const
for (const { values, message } of impossible) {
  test(`refuses values that contradict each other: ${stringify(values).trim()}`, async () => {
    const { status, stderr } = await template({ values })

    assert.equal(status, 1)
    assert.match(stderr, message)
  })
}

for (const [namespace, settings, exempt] of [
  ['tenant-root', {}, 'tenant-root'],
  ['customer-a', { namespacePrefix: 'customer-' }, 'customer-a'],
  ['gatehouse-system', { namespacePrefix: 'kube-' }, 'kube-system'],
] as const) {
  test(`refuses a tenant namespace that nobody would judge: ${exempt}, installed in ${namespace}`, async () => {
    const { status, stderr } = await template({ namespace, values: { config: { settings } } })

    assert.equal(status, 1)
    assert.match(stderr, new RegExp(`namespace ${exempt}: begins with "\\w+-" .*counts as a tenant's`))
  })
}

test('names that images and Secrets have are taken', async () => {
  const image = {
    repository: 'Registry.example.org:5000/platform/gate_house.v2',
    tag: '_V1.0-rc.1',
    pullSecrets: ['pull.example.org'],
  }

  const { status, stderr } = await template({ values: { image } })

  assert.equal(status, 0, stderr)
})

test('a value that is taken away is refused', async () => {
  const { status, stderr } = await template({ values: { admission: { replicas: null } } })

  assert.equal(status, 1)
  assert.match(stderr, /missing property 'replicas'/)
})

test('no object takes properties that nobody knows, but for maps of texts', () => {
  const open = listOpenObjects(JSON.parse(readChart('values.schema.json')), '')

  // Helm itself puts values of a parent chart there.
  assert.deepEqual(open, ['/properties/global'])
})

test('every value is in the schema, and the schema requires every block of values', () => {
  const values = z.record(z.string(), z.unknown()).parse(parse(readChart('values.yaml')))
  const schema: unknown = JSON.parse(readChart('values.schema.json'))

  assert.deepEqual(at(schema, 'required'), Object.keys(values).toSorted())
})

function nest(path: readonly string[], value: unknown): object {
  const [key = '', ...rest] = path
  return { [key]: rest.length === 0 ? value : nest(rest, value) }
}

function listPlaces(path: string): readonly string[] {
  const here = `/${path.replaceAll('.', '/')}`
  return [here, `${here}/0`, `${here}/a`, `${here}/0/operator`, here.slice(0, here.lastIndexOf('/'))]
}

function listOpenObjects(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const extra = at(schema, 'additionalProperties')
  const isOpen = at(schema, 'type') === 'object' && extra !== false && at(extra, 'type') !== 'string'
  const within = Object.entries(schema).flatMap(([key, value]) => listOpenObjects(value, `${path}/${key}`))
  return isOpen ? [path, ...within] : within
}
