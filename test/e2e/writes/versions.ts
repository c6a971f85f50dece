/** Every version of a kind that the API server serves is one door more. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { gatewayApi } from '../../../src/guards/resources.ts'
import * as make from './objects.ts'
import { assertRefused, assertStored, foreign, type Stage } from './stage.ts'
import { textAt } from './writer.ts'

const Group = z.object({ versions: z.array(z.object({ version: z.string() })) })
const Version = z.object({ resources: z.array(z.object({ kind: z.string(), name: z.string() })) })

/** Versions in which the kind is served, by discovery. */
async function versionsOf(kind: string, { plane }: Stage): Promise<readonly string[]> {
  const { versions } = Group.parse((await plane.request('GET', `/apis/${gatewayApi}`)).body)
  const pages = await Promise.all(
    versions.map(async ({ version }) => {
      const { resources } = Version.parse((await plane.request('GET', `/apis/${gatewayApi}/${version}`)).body)
      return resources.some((resource) => resource.kind === kind) ? [version] : []
    }),
  )
  return pages.flat().toSorted()
}

const served: Readonly<Record<string, readonly string[]>> = {
  HTTPRoute: ['v1', 'v1beta1'],
  TLSRoute: ['v1', 'v1alpha2', 'v1alpha3'],
  GRPCRoute: ['v1'],
}

export function testVersions(stage: () => Stage): void {
  for (const [kind, expected] of Object.entries(served)) {
    test(`a ${kind} is judged alike in every version that is served`, async () => {
      const { alice } = stage()

      assert.deepEqual(await versionsOf(kind, stage()), expected)
      for (const version of expected) {
        const name = `in-${version}`
        const good = make.route('tenant-alice', name, ['shop.alice.example.org'], { kind, version })
        const stolen = make.route('tenant-alice', name, [foreign], { kind, version })
        assertRefused(await alice.create(stolen), 'route-hostname', 'hostnames must equal')
        assertStored(await alice.create(good))
        assertRefused(await alice.replace(stolen), 'route-hostname', 'hostnames must equal')
      }
    })
  }

  test('a Gateway is judged alike in every version that is served', async () => {
    const { alice } = stage()

    assert.deepEqual(await versionsOf('Gateway', stage()), ['v1', 'v1beta1'])
    for (const version of ['v1', 'v1beta1']) {
      const apiVersion = `${gatewayApi}/${version}`
      const good = { ...make.gateway('tenant-alice', `in-${version}`, '*.alice.example.org'), apiVersion }
      const stolen = { ...make.gateway('tenant-alice', `in-${version}`, foreign), apiVersion }
      assertRefused(await alice.create(stolen), 'gateway-hostname', 'must equal')
      assertStored(await alice.create(good))
      assertRefused(await alice.replace(stolen), 'gateway-hostname', 'must equal')
    }
  })

  test('an object whose name the API server makes up is judged like any other', async () => {
    const { alice } = stage()
    const unnamed = (hostname: string): make.KubeObject => ({
      ...make.route('tenant-alice', '', [hostname]),
      metadata: { generateName: 'made-up-', namespace: 'tenant-alice' },
    })

    const stolen = await alice.create(unnamed(foreign))
    const good = await alice.create(unnamed('shop.alice.example.org'))

    assertRefused(stolen, 'route-hostname', 'hostnames must equal')
    assertStored(good)
    assert.match(textAt(good.body, 'metadata', 'name'), /^made-up-.{5}$/)
  })

  test('what stands where an object belongs is refused by the guard, and no matchCondition stumbles over it', async () => {
    const { alice } = stage()

    for (const odd of [[], [1], 'text', 5, true]) {
      const said = JSON.stringify(odd)
      const spec = await alice.create(make.tenantGateway('tenant-alice', 'odd', odd))
      assertRefused(spec, 'attached-namespaces', 'must be an object', 422)
      assertRefused(
        await alice.create(make.platformPackage('odd', odd)),
        'attached-namespaces',
        'must be an object',
        422,
      )
      assertRefused(await alice.create(make.tenant('tenant-alice', 'odd', odd)), 'tenant-host', 'spec.host can only be')
      assert.equal((await alice.read(make.tenantGateway('tenant-alice', 'odd', odd))).status, 404, said)
    }
    for (const odd of [[], {}, 5, false]) {
      const answer = await alice.create(make.tenant('tenant-alice', 'odd', { host: odd }))
      assertRefused(answer, 'tenant-host', 'spec.host can only be')
    }
  })
}
