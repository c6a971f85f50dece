import assert from 'node:assert/strict'
import { test } from 'node:test'

import { resources, retiredGroups, type ResourceRow } from '../guards/resources.ts'
import { matchResource, type Match } from './match.ts'
import type { Review } from './review.ts'

const versionsOf = ({ versions }: ResourceRow) => [...versions.map((name) => (name === '*' ? 'v1' : name)), 'v9unknown']
const subResourcesOf = ({ subresources }: ResourceRow) => ['', ...Object.keys(subresources), 'unknown']
const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT', 'UNKNOWN']

// What the table means, one dimension at a time: the first one that has something to say decides.
const byOperation = ({ operations: judged }: ResourceRow, name: string): Match['rule'] | undefined => {
  if (name === 'DELETE') return judged.includes(name) ? 'judged' : 'deleted'
  return ['CREATE', 'UPDATE'].includes(name) ? undefined : 'unknown-operation'
}
const byVersion = ({ versions }: ResourceRow, name: string): Match['rule'] | undefined =>
  name === 'v9unknown' && versions[0] !== '*' ? 'unknown-version' : undefined
const bySubResource = ({ subresources }: ResourceRow, name: string): Match['rule'] =>
  name === '' ? 'judged' : name === 'unknown' ? 'unknown-subresource' : (subresources[name] ?? assert.fail(name))

for (const row of resources) {
  test(`${row.kind}: operation, version and subresource decide, in this order`, () => {
    for (const version of versionsOf(row)) {
      for (const subResource of subResourcesOf(row)) {
        for (const operation of operations) {
          const rule = byOperation(row, operation) ?? byVersion(row, version) ?? bySubResource(row, subResource)

          const matches = matchResource(reviewOf(row, { version, subResource, operation }))

          const request = `${operation} ${version} ${subResource}`
          assert.deepEqual(matches, [{ guard: row.guard, rule }], request)
        }
      }
    }
  })

  test(`${row.kind}: a kind, group or version beside the resource's own is a contradiction`, () => {
    const { kind, resource } = reviewOf(row)

    for (const other of [
      { ...kind, kind: 'Other' },
      { ...kind, group: 'other.example.org' },
      { ...kind, version: 'v9unknown' },
    ]) {
      for (const subResource of ['', ...Object.keys(row.subresources)]) {
        for (const operation of operations) {
          assert.equal(matchResource({ ...reviewOf(row, { subResource, operation }), kind: other }), undefined)
        }
      }
    }
    assert.equal(matchResource({ ...reviewOf(row), resource: { ...resource, resource: 'others' } }), undefined)
  })

  test(`${row.kind}: an unknown subresource may be of a kind of its own`, () => {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' }

    const matches = matchResource({ ...reviewOf(row, { subResource: 'scale' }), kind: scale })

    assert.deepEqual(matches, [{ guard: row.guard, rule: 'unknown-subresource' }])
  })

  test(`${row.kind}: the same names in another group are nobody's`, () => {
    const group = 'other.example.org'
    const { kind, resource } = reviewOf(row)

    const matches = matchResource({ ...reviewOf(row), kind: { ...kind, group }, resource: { ...resource, group } })

    assert.deepEqual(matches, [])
  })
}

for (const { guard, group } of retiredGroups) {
  const retired = {
    ...reviewOf(),
    kind: { group, version: 'v1', kind: 'Whatever' },
    resource: { group, version: 'v1', resource: 'whatevers' },
  }

  test(`${group}: whatever the table does not list is refused, but for its deletion`, () => {
    for (const subResource of ['', 'status', 'unknown']) {
      for (const operation of operations) {
        const rule = operation === 'DELETE' ? 'deleted' : 'retired-group'

        assert.deepEqual(matchResource({ ...retired, subResource, operation }), [{ guard, rule }], operation)
      }
    }
  })

  test(`${group}: a kind of another group is a contradiction`, () => {
    const kind = { ...retired.kind, group: 'other.example.org' }

    assert.equal(matchResource({ ...retired, kind }), undefined)
  })
}

test('what nobody guards is nobody’s', () => {
  const secret = {
    kind: { group: '', version: 'v1', kind: 'Secret' },
    resource: { group: '', version: 'v1', resource: 'secrets' },
  }

  for (const subResource of ['', 'status']) {
    for (const operation of operations) {
      assert.deepEqual(matchResource({ ...reviewOf(), ...secret, subResource, operation }), [])
    }
  }
})

/** A request about a kind of the table, to create an object unless said otherwise. */
function reviewOf(
  row: ResourceRow | undefined = resources[0],
  {
    version,
    subResource = '',
    operation = 'CREATE',
  }: Partial<Record<'version' | 'subResource' | 'operation', string>> = {},
): Review {
  assert.ok(row)
  const { group, kind, resource } = row
  const served = version ?? versionsOf(row)[0] ?? ''
  return {
    uid: 'match',
    kind: { group, version: served, kind },
    resource: { group, version: served, resource },
    subResource,
    namespace: 'tenant-alice',
    name: 'shop',
    operation,
    caller: { username: 'alice', groups: [] },
    object: {},
    oldObject: null,
    dryRun: false,
  }
}
