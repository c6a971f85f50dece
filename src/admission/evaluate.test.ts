import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createKnownNamespaces } from '../../test/support/known-namespaces.ts'
import type { Guard, GuardInput, Violation } from '../guards/guard.ts'
import { member } from '../guards/json.ts'
import { Settings } from '../tenancy/settings.ts'
import { evaluateGuard } from './evaluate.ts'

const settings = Settings.parse({})

const bad: Violation = {
  field: 'spec.word',
  type: 'Forbidden',
  malformed: false,
  detail: '"bad" may not be used; use another word',
  origin: 'route-hostname/bad-word',
  ratchetKey: 'word "bad"',
  kept: '"bad" may not be used',
}

/** Objects to the word `bad`, and has something to say of every object. */
const guard: Guard = {
  id: 'route-hostname',
  title: 'No bad words',
  origins: { 'bad-word': 'a bad word' },
  concerns: () => true,
  namespaces: () => [],
  reads: (object) => [object],
  ratchet: true,
  check: ({ object }) => ({
    violations: member(object, 'word') === 'bad' ? [bad] : [],
    advice: [{ field: 'spec', text: 'mind your words' }],
  }),
}

const create: GuardInput = {
  group: '',
  version: 'v1',
  kind: 'Word',
  operation: 'CREATE',
  subResource: '',
  namespace: 'tenant-alice',
  name: 'word',
  object: { word: 'bad' },
  oldObject: null,
  caller: { username: 'alice', groups: [] },
  facts: {
    tenancy: { kind: 'outside' },
    apexes: createKnownNamespaces({}, settings).apexes,
    namespace: () => undefined,
  },
}
const update: GuardInput = { ...create, operation: 'UPDATE', oldObject: { word: 'bad' } }

const denial = 'spec.word: Forbidden: "bad" may not be used; use another word [route-hostname]'
const kept = 'spec.word: "bad" may not be used; kept because this update did not add it'
const advice = 'spec: mind your words'

const rows = [
  { mode: 'enforce', input: create, effect: 'deny', warnings: [advice] },
  { mode: 'warn', input: create, effect: 'warn', warnings: [denial, advice] },
  { mode: 'audit', input: create, effect: 'audit', warnings: [] },
  { mode: 'enforce', input: update, effect: 'ratchet', warnings: [kept, advice] },
  { mode: 'warn', input: update, effect: 'ratchet', warnings: [kept, advice] },
  { mode: 'audit', input: update, effect: 'ratchet', warnings: [] },
] as const
for (const { mode, input, effect, warnings } of rows) {
  test(`in mode ${mode}, a violation on ${input.operation} has the effect ${effect}`, () => {
    const answer = evaluateGuard(guard, mode, input, settings)

    assert.deepEqual(answer, { violations: [{ ...bad, guard: 'route-hostname', effect }], warnings })
  })
}

test('a violation that the stored object does not have is denied', () => {
  const { violations } = evaluateGuard(guard, 'enforce', { ...update, oldObject: { word: 'good' } }, settings)

  assert.deepEqual(
    violations.map(({ effect }) => effect),
    ['deny'],
  )
})

test('a guard without a ratchet, one that finds the object moved, and a violation without a key are never excused', () => {
  const keyless = { ...guard, check: () => ({ violations: [{ ...bad, ratchetKey: undefined }], advice: [] }) }

  for (const strict of [{ ...guard, ratchet: false }, { ...guard, ratchet: () => false }, keyless]) {
    const { violations } = evaluateGuard(strict, 'enforce', update, settings)

    assert.deepEqual(
      violations.map(({ effect }) => effect),
      ['deny'],
    )
  }
})

test('a violation that the guard itself found stored is excused without a ratchet', () => {
  const own: Guard = { ...guard, ratchet: false, check: () => ({ violations: [{ ...bad, stored: true }], advice: [] }) }

  const { violations } = evaluateGuard(own, 'enforce', update, settings)

  assert.deepEqual(
    violations.map(({ effect }) => effect),
    ['ratchet'],
  )
})
