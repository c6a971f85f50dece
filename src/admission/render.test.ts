import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import type { JudgedViolation } from './decision.ts'
import { compareViolations, limitWarnings, renderDenial } from './render.ts'

const violation = (field: string): JudgedViolation => ({
  guard: 'gateway-config',
  effect: 'deny',
  field,
  type: 'Duplicate',
  malformed: true,
  value: 'a\n"b"\u202e',
  detail: 'must be named once',
  origin: 'gateway-config/duplicate',
})

test('a value is quoted, escaped and cut, so that a violation is one printable line', () => {
  assert.equal(
    renderDenial([violation('data.namespaces[1].name')]),
    'data.namespaces[1].name: Duplicate value: "a\\n\\"b\\"\\u202e": must be named once [gateway-config]',
  )
  assert.equal(
    renderDenial([{ ...violation('x'), value: 'v'.repeat(300) }]),
    `x: Duplicate value: "${'v'.repeat(253)}…": must be named once [gateway-config]`,
  )
})

test('what a guard forgot to quote cannot steer a terminal', () => {
  const forged = { ...violation('x\u001b[2J'), type: 'Forbidden', detail: 'may not\n- be \u202e forged' } as const

  assert.equal(renderDenial([forged]), 'x\\u001b[2J: Forbidden: may not\\n- be \\u202e forged [gateway-config]')
})

test('several violations start with their number and stop at twenty', () => {
  const lines = renderDenial(Array.from({ length: 23 }, (_, at) => violation(`x[${at}]`))).split('\n')

  assert.equal(lines.length, 22)
  assert.equal(lines[0], '23 violations:')
  assert.equal(lines[21], '- and 3 more')
})

test('violations stand in the order of their guards and paths, numbers compared as numbers', () => {
  const fields = ['a[10].b', 'a[9].c', 'a[9].b', 'a', 'a[010]', 'b']
  const guards = ['route-hostname', 'gateway-config'] as const
  const all = guards.flatMap((guard) => fields.map((field) => ({ ...violation(field), guard })))

  const sorted = all.toSorted(compareViolations).map(({ guard, field }) => `${guard} ${field}`)

  const order = ['a', 'a[9].b', 'a[9].c', 'a[10].b', 'a[010]', 'b']
  assert.deepEqual(sorted, [
    ...order.map((field) => `gateway-config ${field}`),
    ...order.map((field) => `route-hostname ${field}`),
  ])
})

test('the order of violations is one order, whichever way they came in', () => {
  const field = fc.stringMatching(/^[a-c[\]0-9.]{0,6}$/).map(violation)

  fc.assert(
    fc.property(field, field, field, (left, middle, right) => {
      assert.equal(Math.sign(compareViolations(left, right)), -Math.sign(compareViolations(right, left)) || 0)
      if (compareViolations(left, middle) <= 0 && compareViolations(middle, right) <= 0) {
        assert.ok(compareViolations(left, right) <= 0)
      }
    }),
  )
})

test('warnings are not repeated, and beyond twenty they are counted', () => {
  assert.deepEqual(limitWarnings(['a', 'b', 'a']), ['a', 'b'])
  const many = limitWarnings(Array.from({ length: 25 }, (_, at) => `warning ${at}`))
  assert.equal(many.length, 21)
  assert.equal(many[20], 'and 5 more warnings')
})
