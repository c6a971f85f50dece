/** What holds for every guard, whatever JSON it is handed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { evaluateGuard } from '../../src/admission/evaluate.ts'
import { renderViolation } from '../../src/admission/render.ts'
import type { Guard, GuardInput, Json } from '../../src/guards/guard.ts'
import { isObject } from '../../src/guards/json.ts'
import { Settings } from '../../src/tenancy/settings.ts'
import { tenancyOf } from '../../src/tenancy/tenancy.ts'
import { caller } from './arbitraries.ts'
import type { World } from './cases.ts'
import { createKnownNamespaces } from './known-namespaces.ts'

/** What a guard's own test says of its requests; the rest is drawn. */
export interface Requests {
  readonly resource: Pick<GuardInput, 'group' | 'version' | 'kind'>
  /** Objects of the kind, broken in every way. */
  readonly object: fc.Arbitrary<Json>
  readonly namespace: string
}

/** The settings that the properties are tried with. */
export const settings = Settings.parse({ rootHost: 'example.org' })

const namespaces: World['namespaces'] = {
  'tenant-root': { [settings.hostLabel]: 'example.org' },
  'tenant-alice': { [settings.hostLabel]: 'alice.example.org' },
  'tenant-bob': { [settings.hostLabel]: 'Bob.example.org' },
}

/** Creates and updates of such objects by trusted and untrusted callers, in a small world. */
export function drawInputs({ resource, object, namespace }: Requests): fc.Arbitrary<GuardInput> {
  const known = createKnownNamespaces(namespaces, settings)
  const facts = {
    tenancy: tenancyOf(namespace, known.get(namespace), settings),
    apexes: known.apexes,
    namespace: (name: string) => known.get(name),
  }
  return fc
    .record({ object, before: fc.option(object), name: fc.constantFrom('', 'shop'), caller })
    .map(({ object: after, before, name, caller: who }) => ({
      ...resource,
      operation: before === null ? 'CREATE' : 'UPDATE',
      subResource: '',
      namespace,
      name,
      object: after,
      oldObject: before,
      caller: who,
      facts,
    }))
}

/** A denial stays one line of this many characters: a value of 253, escaped at worst sixfold, and its sentence. */
const maxLine = 253 * 6 + 600
/** Twice the 120 characters that a warning aims at, and the escaped value on top. */
const maxAdvice = 240 + 80 * 6

/** Registers the properties that every guard must have. */
export function testGuardProperties(guard: Guard, requests: Requests): void {
  const inputs = drawInputs(requests)

  test('it answers any JSON, with origins and words that are its own', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        guard.concerns(input, settings)
        guard.namespaces(input, settings)
        guard.reads(input.object, settings)

        const { violations } = guard.check(input, settings)

        for (const { origin } of violations) {
          assert.ok(Object.hasOwn(guard.origins, origin.slice(guard.id.length + 1)), `${origin} is not declared`)
        }
      }),
    )
  })

  test('it answers the same for input that cannot be changed', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const expected = guard.check(structuredCopy(input), settings)

        const actual = guard.check(
          { ...input, object: freeze(input.object), oldObject: freeze(input.oldObject) },
          settings,
        )

        assert.deepEqual(actual, expected)
      }),
    )
  })

  test('it says everything in bounded printable lines', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { violations, advice } = guard.check(input, settings)

        const lines = violations.map((violation) => renderViolation({ ...violation, guard: guard.id, effect: 'deny' }))
        for (const line of lines) assertPrintable(line, maxLine)
        for (const { field, text } of advice) assertPrintable(`${field}: ${text}`, maxAdvice)
        for (const { kept } of violations) if (kept !== undefined) assertPrintable(kept, maxAdvice)
      }),
    )
  })

  test('an update that changes nothing is never refused', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        // An update has both objects: the decoder sees to that.
        fc.pre(input.object !== null)
        const update = { ...input, operation: 'UPDATE' as const, oldObject: structuredClone(input.object) }

        const { violations } = evaluateGuard(guard, 'enforce', update, settings)

        assert.deepEqual(
          violations.filter(({ effect }) => effect === 'deny'),
          [],
        )
      }),
    )
  })
}

function structuredCopy(input: GuardInput): GuardInput {
  return { ...input, object: structuredClone(input.object), oldObject: structuredClone(input.oldObject) }
}

function freeze(value: Json): Json {
  if (Array.isArray(value) || isObject(value)) Object.values(value).forEach(freeze)
  return Object.freeze(value)
}

function assertPrintable(line: string, limit: number): void {
  assert.match(line, /^[\x20-\x7e…]+$/)
  assert.ok(line.length <= limit, `${line.length} characters: ${line}`)
}
