/** What holds for every mutator, and the requests to try it with. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import type { GuardInput, Json } from '../../src/guards/guard.ts'
import { resources } from '../../src/guards/resources.ts'
import type { Mutator } from '../../src/mutators/mutator.ts'
import { Settings as PlatformSettings } from '../../src/tenancy/settings.ts'
import { tenancyOf } from '../../src/tenancy/tenancy.ts'
import { untrusted } from './arbitraries.ts'
import { applyPatch } from './apply-patch.ts'
import type { World } from './cases.ts'
import { createKnownNamespaces } from './known-namespaces.ts'

const platform = PlatformSettings.parse({ rootHost: 'example.org' })

const namespaces: World['namespaces'] = {
  'tenant-alice': { [platform.hostLabel]: 'Alice.example.org' },
  'tenant-empty': { [platform.hostLabel]: '' },
  'tenant-long': { [platform.hostLabel]: `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}` },
  'cozy-system': { [platform.hostLabel]: 'cozy.example.org' },
}

/** The apex of `tenant-alice`, folded. */
export const apex = 'alice.example.org'

/** A CREATE in `tenant-alice`, unless `overrides` say otherwise. */
export function createInput(object: Json, overrides: Partial<Omit<GuardInput, 'facts' | 'object'>> = {}): GuardInput {
  const known = createKnownNamespaces(namespaces, platform)
  const namespace = overrides.namespace ?? 'tenant-alice'
  return {
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    kind: 'HTTPRoute',
    operation: 'CREATE',
    subResource: '',
    namespace,
    name: 'shop',
    object,
    oldObject: null,
    caller: untrusted,
    facts: {
      tenancy: tenancyOf(namespace, known.get(namespace), platform),
      apexes: known.apexes,
      namespace: (name) => known.get(name),
    },
    ...overrides,
  }
}

/** Registers what every mutator must do: return for any JSON, only add, add nothing twice, keep out of what is not its own. */
export function testMutatorProperties<Settings>(
  mutator: Mutator<Settings>,
  settings: fc.Arbitrary<Settings>,
  objects: fc.Arbitrary<Json>,
): void {
  const patch = (object: Json, given: Settings, overrides?: Parameters<typeof createInput>[1]) =>
    mutator.patch(createInput(object, overrides), given)

  test('it looks at every known version of its kinds and no others', () => {
    const kinds = new Set(mutator.resources.map(({ kind }) => kind))
    const rows = resources.filter(({ kind }) => kinds.has(kind))

    assert.deepEqual(
      mutator.resources.map(({ group, kind, resource, versions }) => ({ group, kind, resource, versions })),
      rows.map(({ group, kind, resource, versions }) => ({ group, kind, resource, versions })),
    )
  })

  test('a second run adds nothing', () => {
    fc.assert(
      fc.property(objects, settings, (object, given) => {
        const patched = applyPatch(object, patch(object, given))

        assert.deepEqual(patch(patched, given), [])
      }),
    )
  })

  test('it answers the same for the same object and leaves that alone', () => {
    fc.assert(
      fc.property(objects, settings, (object, given) => {
        const copy = structuredClone(object)

        assert.deepEqual(patch(object, given), patch(copy, given))
        assert.deepEqual(object, copy)
      }),
    )
  })

  for (const [where, overrides] of [
    ['on UPDATE', { operation: 'UPDATE' }],
    ['on DELETE', { operation: 'DELETE' }],
    ['through a sub-resource', { subResource: 'status' }],
    ['outside tenant namespaces', { namespace: 'cozy-system' }],
    ['in a namespace whose host label is empty', { namespace: 'tenant-empty' }],
    ['in a namespace that nobody knows', { namespace: 'tenant-new' }],
  ] as const) {
    test(`it adds nothing ${where}`, () => {
      fc.assert(
        fc.property(objects, settings, (object, given) => assert.deepEqual(patch(object, given, overrides), [])),
      )
    })
  }
}
