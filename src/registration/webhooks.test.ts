import assert from 'node:assert/strict'
import { test } from 'node:test'

import { guardIds, resources, retiredGroups } from '../guards/resources.ts'
import { mutatorIds } from '../mutators/mutator.ts'
import { celLiteral } from './conditions.ts'
import { mutatingWebhooks, validatingWebhooks, type Rule } from './webhooks.ts'

const platform = { namespacePrefix: celLiteral('tenant-'), protectedLabels: celLiteral(['a.example/host', 'b']) }
const validating = validatingWebhooks(platform)
const mutating = mutatingWebhooks(platform)

test('every guard and every mutator has one webhook with a path and a stable name of its own', () => {
  assert.deepEqual(
    validating.map(({ id, name, path }) => [id, name, path]),
    guardIds.map((id) => [id, `${id}.guards.gatehouse.dev`, `/validate/${id}`]),
  )
  assert.deepEqual(
    mutating.map(({ id, name, path }) => [id, name, path]),
    mutatorIds.map((id) => [id, `${id}.mutators.gatehouse.dev`, `/mutate/${id}`]),
  )
})

for (const { guard, kind, group, resource, scope, operations, subresources } of resources) {
  test(`${kind} is sent to ${guard} in every version, for what is judged of it and nothing else`, () => {
    const rules = validating
      .filter(({ id }) => id === guard)
      .flatMap((webhook) => webhook.rules)
      .filter(({ apiGroups, resources: plurals }) => apiGroups.includes(group) && plurals.includes(resource))

    const judged = Object.entries(subresources).filter(([, rule]) => rule === 'judged')
    assert.deepEqual(rules, [
      {
        apiGroups: [group],
        apiVersions: ['*'],
        resources: [resource, ...judged.map(([name]) => `${resource}/${name}`)],
        operations,
        scope,
      } satisfies Rule,
    ])
  })
}

test('of a retired group everything is sent', () => {
  for (const { guard, group } of retiredGroups) {
    const rules = validating.find(({ id }) => id === guard)?.rules ?? []

    assert.ok(rules.some(({ apiGroups, resources: plurals }) => apiGroups.includes(group) && plurals.includes('*')))
  }
})

test('no guard sees what the table does not name', () => {
  const groups = new Set([...resources, ...retiredGroups].map(({ group }) => group))

  const strange = validating
    .flatMap(({ rules }) => rules)
    .filter(({ apiGroups }) => apiGroups.some((g) => !groups.has(g)))

  assert.deepEqual(strange, [])
})

test('the hostname families leave out two namespaces, platform-config is looked for in one', () => {
  assert.deepEqual(Object.fromEntries([...validating, ...mutating].map(({ id, reach }) => [id, reach])), {
    'attached-namespaces': 'everywhere',
    'default-listener-hostname': 'all-but-own',
    'default-route-hostname': 'all-but-own',
    'gateway-config': 'platform-only',
    'gateway-hostname': 'all-but-own',
    'ingress-hostname': 'all-but-own',
    'namespace-host-label': 'everywhere',
    'route-hostname': 'all-but-own',
    'tenant-host': 'everywhere',
  })
})

test('a condition is named as the API server wants it and holds the facts of the platform as literals', () => {
  const conditions = [...validating, ...mutating].flatMap((webhook) => webhook.matchConditions)

  for (const { name } of conditions) assert.match(name, /^[a-z][a-z0-9-]{0,62}$/)
  const [label] = validating.find(({ id }) => id === 'namespace-host-label')?.matchConditions ?? []
  assert.ok(label?.expression.includes('["a.example/host","b"].all(key, '))
  for (const { id, matchConditions } of mutating) {
    assert.deepEqual(
      matchConditions.map(({ expression }) => expression),
      ['request.namespace.startsWith("tenant-")'],
      id,
    )
  }
})
