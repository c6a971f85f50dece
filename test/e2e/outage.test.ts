/**
 * With Gatehouse down, what needs no judging goes through and what needs judging is refused: both as lists, tried one
 * by one. An outage must never stop the cluster from repairing Gatehouse. Source: DESIGN section 6.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { goesThrough } from './writes/goes-through.ts'
import { isRefused } from './writes/is-refused.ts'
import { route } from './writes/objects.ts'
import { alice, describeOutcome, foreign, setOutage, type Outage } from './writes/outage.ts'

const skip = await whySkipped()
let set: Outage | undefined

function outage(): Outage {
  if (set === undefined) throw new Error('The control plane did not start')
  return set
}

before(async () => {
  if (skip === false) set = await setOutage()
})
after(() => set?.plane.stop())

describe('with Gatehouse down', { skip }, () => {
  for (const [title, write] of Object.entries(goesThrough)) {
    test(`this goes through: ${title}`, async () => {
      const answer = await write(outage())

      assert.match(describeOutcome(answer), /^(stored|gone)$/)
    })
  }
  for (const [title, [guard, write]] of Object.entries(isRefused)) {
    test(`this is refused: ${title}`, async () => {
      const answer = await write(outage())

      const expected = `500: Internal error occurred: failed calling webhook "${guard}.guards.gatehouse.dev": `
      assert.equal(describeOutcome(answer).slice(0, expected.length), expected)
    })
  }

  test('and once it is back, every such write is judged again without any repair', async () => {
    const { admin, gatehouse } = outage()
    const own = route(alice, 'after', ['after.alice.example.org'])
    for (const instance of gatehouse.instances) await instance.start()

    const first = await waitUntil(
      'a good route is stored',
      async () => {
        const answer = await admin.create(own)
        return answer.status < 300 ? answer : undefined
      },
      { seconds: 5 },
    )
    const bad = await admin.create(route(alice, 'stolen', [foreign]))
    const unjudged: string[] = []
    for (const [title, [, write]] of Object.entries(isRefused)) {
      const said = describeOutcome(await write(outage()))
      if (said.includes('failed calling webhook')) unjudged.push(`${title}: ${said}`)
    }

    assert.equal(first.status, 201)
    assert.match(
      describeOutcome(bad),
      /^403: admission webhook "route-hostname\.guards\.gatehouse\.dev" denied the request: /,
    )
    assert.deepEqual(unjudged, [])
  })
})
