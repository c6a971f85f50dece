import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createCapacity, type Place } from './capacity.ts'

const step = fc.oneof(
  fc.record({ do: fc.constant('admit' as const), bytes: fc.nat(60) }),
  fc.record({ do: fc.constant('grow' as const), at: fc.nat(20), bytes: fc.nat(60) }),
  fc.record({ do: fc.constant('enter' as const), at: fc.nat(20), namespace: fc.constantFrom('a', 'b', 'constructor') }),
  fc.record({ do: fc.constant('leave' as const), at: fc.nat(20) }),
)

test('no limit is ever passed, and everything is given back', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const capacity = createCapacity({ maxConcurrent: 6, maxBytesInFlight: 100 })
      const places: Place[] = []

      for (const action of steps) {
        const place = 'at' in action ? places[action.at] : undefined
        if (action.do === 'admit') {
          const admitted = capacity.admit(action.bytes)
          if (admitted !== undefined) places.push(admitted)
        } else if (place === undefined || !capacity.held.includes(place)) continue
        else if (action.do === 'grow') capacity.grow(place, action.bytes)
        else if (action.do === 'enter') capacity.enter(place, action.namespace)
        else capacity.leave(place)

        const { held } = capacity
        assert.ok(held.length <= 6)
        assert.ok(held.every((one, at) => one.at === at))
        assert.ok(held.reduce((sum, { bytes }) => sum + bytes, 0) <= 100)
        for (const name of ['a', 'b', 'constructor']) {
          assert.ok(held.filter(({ namespace }) => namespace === name).length <= 3)
        }
      }
      for (const place of places) capacity.leave(place)

      for (let count = 0; count < 6; count++) {
        const place = capacity.admit(count === 0 ? 100 : 0)
        assert.ok(place !== undefined)
        assert.equal(capacity.enter(place, 'a'), count < 3)
      }
    }),
  )
})

test('leaving twice gives back once', () => {
  const capacity = createCapacity({ maxConcurrent: 4, maxBytesInFlight: 10 })
  const first = capacity.admit(5)
  const second = capacity.admit(5)
  assert.ok(first !== undefined && second !== undefined)

  capacity.leave(first)
  capacity.leave(first)

  assert.equal(capacity.admit(6), undefined)
  assert.ok(capacity.admit(5) !== undefined)
})
