/**
 * A tenant's first objects follow its namespace within milliseconds, as Helm and GitOps send them: the decision must
 * not depend on whether the news of the namespace has reached every replica.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ApiAnswer } from '../support/control-plane/api-request.ts'
import { installGatehouse, type Gatehouse } from '../support/control-plane/gatehouse.ts'
import { startControlPlane, type ControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { route, tenantNamespace, type KubeObject } from './writes/objects.ts'
import { actingAs, createWriter, makeClusterAdmin, outcomeOf, type Writer } from './writes/writer.ts'

const skip = await whySkipped()
const foreign =
  /^403: admission webhook "route-hostname\.guards\.gatehouse\.dev" denied the request: .*hostnames must equal/s

let plane: ControlPlane
let gatehouse: Gatehouse
let platform: Writer
let tenant: Writer

before(async () => {
  if (skip !== false) return
  plane = await startControlPlane()
  await installCrds(plane)
  gatehouse = await installGatehouse(plane, { replicas: 2 })
  await makeClusterAdmin(plane.request, 'alice')
  platform = createWriter(plane.request)
  tenant = createWriter(plane.request, actingAs('alice'))
})
after(async () => {
  await gatehouse?.stop()
  await plane?.stop()
})

/** The two writes that a tenant sends as soon as its namespace is there: its own name, and somebody else's. */
async function writeFirstRoutes(name: string, apex: string, other: string): Promise<readonly string[]> {
  const [own, stolen] = await Promise.all([
    createAtLast(route(name, 'own', [`shop.${apex}`])),
    createAtLast(route(name, 'stolen', [`shop.${other}`])),
  ])
  const faults: string[] = []
  if (own.status !== 201) faults.push(`${name}: its own name: ${outcomeOf(own)}`)
  if (!foreign.test(outcomeOf(stolen))) faults.push(`${name}: a foreign name: ${outcomeOf(stolen)}`)
  return faults
}

/** The API server itself may not know the namespace yet, or take it for the deleted one; no webhook is asked then. */
const unknown = /^404: namespaces "[^"]*" not found$|^403: .* because it is being terminated$/

function createAtLast(object: KubeObject): Promise<ApiAnswer> {
  return waitUntil(
    `the API server knows the new namespace ${object.metadata.namespace}`,
    async () => {
      const answer = await tenant.create(object)
      return unknown.test(outcomeOf(answer)) ? undefined : answer
    },
    { everyMs: 1 },
  )
}

async function createTenant(name: string, apex: string): Promise<void> {
  const made = await platform.create(tenantNamespace(name, apex))
  assert.equal(outcomeOf(made), 'stored', name)
}

// A namespace takes its time to go.
describe('a new namespace', { skip, concurrency: true }, () => {
  test('200 namespaces in a row take their own route in the same moment, and none beside it', async () => {
    const faults: string[] = []

    for (let number = 0; number < 200; number++) {
      await createTenant(`tenant-row-${number}`, `row-${number}.example.org`)
      faults.push(
        ...(await writeFirstRoutes(
          `tenant-row-${number}`,
          `row-${number}.example.org`,
          `row-${number - 1}.example.org`,
        )),
      )
    }

    assert.deepEqual(faults, [])
  })

  test('fifty namespaces and their routes, all sent at once, are told apart', async () => {
    const numbers = Array.from({ length: 50 }, (_, number) => number)

    const faults = await Promise.all(
      numbers.map(async (number) => {
        const name = `tenant-burst-${number}`
        const apex = `burst-${number}.example.org`
        const routes = writeFirstRoutes(name, apex, `burst-${(number + 1) % 50}.example.org`)
        await createTenant(name, apex)
        return routes
      }),
    )

    assert.deepEqual(faults.flat(), [])
  })

  test(
    'a namespace that comes back with another label owns the new name and no longer the old one',
    { skip },
    async () => {
      const numbers = Array.from({ length: 10 }, (_, number) => number)
      const nameOf = (number: number) => `tenant-back-${number}`
      for (const number of numbers) {
        await createTenant(nameOf(number), `old-${number}.example.org`)
        assert.deepEqual(
          await writeFirstRoutes(nameOf(number), `old-${number}.example.org`, `new-${number}.example.org`),
          [],
        )
      }

      const faults = await Promise.all(
        numbers.map(async (number) => {
          const old = tenantNamespace(nameOf(number), `old-${number}.example.org`)
          await platform.remove(old)
          await platform.vanishes(old)
          await createTenant(nameOf(number), `new-${number}.example.org`)
          return writeFirstRoutes(nameOf(number), `new-${number}.example.org`, `old-${number}.example.org`)
        }),
      )

      assert.deepEqual(faults.flat(), [])
    },
  )
})
