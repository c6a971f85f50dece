/**
 * Every decision case as a dry run at a real API server, through the registration that the chart renders. What a
 * schema refuses first no webhook sees; it is counted apart.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { guardIds } from '../../src/guards/resources.ts'
import { Settings } from '../../src/tenancy/settings.ts'
import { findDifferences, loadCases, settingsOf, type World } from '../support/cases.ts'
import { startControlPlane, type ControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { installGatehouse, type Gatehouse } from '../support/control-plane/gatehouse.ts'
import { packageProbe } from '../support/control-plane/registration.ts'
import { whySkipped } from '../support/control-plane/tools.ts'
import { countReviews } from './replay/count-reviews.ts'
import { replayCase } from './replay/replay-case.ts'
import { setLabels } from './replay/stored-objects.ts'

/** So many at least reach a webhook; fewer would mean that the replay has lost its way. */
const leastJudged: Readonly<Partial<Record<(typeof guardIds)[number], number>>> = {
  'attached-namespaces': 76,
  'gateway-config': 462,
  'gateway-hostname': 62,
  'ingress-hostname': 66,
  'namespace-host-label': 70,
  'route-hostname': 89,
  'tenant-host': 69,
}

const skip = await whySkipped()
let plane: ControlPlane

before(async () => {
  if (skip !== false) return
  plane = await startControlPlane()
  await installCrds(plane)
})
after(() => plane?.stop())

for (const guard of guardIds) {
  test(`the cases of ${guard} are decided at a real API server as everywhere else`, { skip }, async (t) => {
    const { world, cases } = loadCases(new URL(`../../src/guards/${guard}/cases.yaml`, import.meta.url))
    await letEverybodyWrite(world)
    const wrong: string[] = []
    const unreachable: string[] = []
    let unasked = 0

    for (const [settings, group] of Map.groupBy(cases, (example) => JSON.stringify(settingsOf(example, world)))) {
      const gatehouse = await install(JSON.parse(settings), world)
      const stage = { request: plane.request, unguarded, countReviews: () => countReviews(gatehouse) }
      try {
        for (const example of group) {
          const replayed = await replayCase(example, world, stage)
          if (replayed.kind === 'unreachable') {
            unreachable.push(`${example.id}: ${replayed.reason}`)
            continue
          }
          const { answer, wasAsked } = replayed
          if (!wasAsked) unasked++
          // Warnings on writes that nobody is asked about are given up (DESIGN section 6); a denial never is.
          const expected = wasAsked ? example.expect : { allowed: example.expect.allowed, code: example.expect.code }
          wrong.push(...findDifferences(expected, answer).map((fault) => `${example.id}: ${fault}`))
        }
      } finally {
        await gatehouse.stop()
      }

      async function unguarded<Result>(act: () => Promise<Result>): Promise<Result> {
        await gatehouse.unregister()
        try {
          return await act()
        } finally {
          await gatehouse.register()
        }
      }
    }

    assert.deepEqual(wrong, [])
    const judged = cases.length - unreachable.length
    t.diagnostic(`${judged} judged, ${unasked} of them unasked, ${unreachable.length} never reach a webhook`)
    assert.ok(judged >= (leastJudged[guard] ?? 1), `only ${judged} were judged:\n${unreachable.join('\n')}`)
  })
}

async function install(settings: Record<string, unknown>, world: World): Promise<Gatehouse> {
  const { namespacePrefix, platformNamespace } = Settings.parse(settings)
  for (const [name, labels] of Object.entries({ [platformNamespace]: {}, ...world.namespaces })) {
    await setLabels(name, labels, plane.request)
  }
  return installGatehouse(plane, { values: { config: { settings } }, probe: packageProbe(namespacePrefix) })
}

/** By name and not by group: Gatehouse's own ServiceAccount must not gain anything. */
async function letEverybodyWrite({ users }: World): Promise<void> {
  const names = Object.values(users).flatMap(({ username }) => (typeof username === 'string' ? [username] : []))
  const group = 'rbac.authorization.k8s.io'
  const { status, body } = await plane.request('POST', `/apis/${group}/v1/clusterrolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { generateName: 'users-of-the-world-' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: names.filter((name) => name !== '').map((name) => ({ apiGroup: group, kind: 'User', name })),
  })
  assert.equal(status, 201, JSON.stringify(body))
}
