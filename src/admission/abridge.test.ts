import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { findDifferences, loadCases, reviewOf, settingsOf, type World } from '../../test/support/cases.ts'
import { judgeWithGuard } from '../../test/support/judge-with-guard.ts'
import { createKnownNamespaces } from '../../test/support/known-namespaces.ts'
import { activeMutators } from '../cli/active-mutators.ts'
import type { Json, JsonObject } from '../guards/guard.ts'
import { guards } from '../guards/index.ts'
import { isList, isObject } from '../guards/json.ts'
import { guardIds } from '../guards/resources.ts'
import { mutators } from '../mutators/index.ts'
import { mutatorIds, type MutatorId } from '../mutators/mutator.ts'
import { Settings } from '../tenancy/settings.ts'
import { abridgeReview, objectOutline, type Outline } from './abridge.ts'
import { maxNesting } from './json-scan.ts'
import { fill, type Filled } from './mutate.ts'
import { readReview } from './review.ts'

const long = 'x'.repeat(2000)
/** Looks like what is cut out, but is text. */
const bait = JSON.stringify({ metadata: { managedFields: ['\\"', long] } }).repeat(2)
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function abridge(review: Json): Json {
  return JSON.parse(abridgeReview(Buffer.from(JSON.stringify(review)), 'utf8') ?? assert.fail('too deep'))
}

function inReview(object: Json): Json {
  return { request: { object, oldObject: null } }
}

test('what no guard reads is cut out where it is long, and kept where it is short', () => {
  const object = (text: string): Json => ({
    metadata: { name: 'shop', managedFields: [{ text }], annotations: { [lastApplied]: text, note: text } },
    spec: { hostnames: ['a.example.org'], rules: [{ host: 'b.example.org', http: [text], matches: [text] }, { text }] },
    data: { namespaces: text, other: text },
    binaryData: { other: text },
    status: { text },
  })

  assert.deepEqual(
    abridge(inReview(object(long))),
    inReview({
      metadata: { name: 'shop', managedFields: 0, annotations: { [lastApplied]: 0, note: long } },
      spec: { hostnames: ['a.example.org'], rules: [{ host: 'b.example.org', http: 0, matches: 0 }, { text: long }] },
      data: { namespaces: long, other: 0 },
      binaryData: 0,
      status: { text: long },
    }),
  )
  assert.deepEqual(abridge(inReview(object('short'))), inReview(object('short')))
})

test('of a review with an object that is being deleted nothing is cut out', () => {
  const leaving = { metadata: { managedFields: long, deletionTimestamp: '2026-09-01T10:00:00Z' }, binaryData: long }

  for (const request of [
    { object: leaving, oldObject: leaving },
    { object: { binaryData: long }, oldObject: leaving },
  ]) {
    assert.deepEqual(abridge({ request }), { request })
  }
})

test('the same names elsewhere stand for something else', () => {
  const review = {
    managedFields: long,
    request: { managedFields: long, object: { managedFields: long, spec: { metadata: { managedFields: long } } } },
  }

  assert.deepEqual(abridge(review), review)
})

test('text that looks like what is cut out is kept', () => {
  const review = inReview({ metadata: { annotations: { note: bait, [bait]: 'x' } }, data: { namespaces: bait } })

  assert.deepEqual(abridge(review), review)
})

test('a name spelled with escapes is never taken for one that can be cut out', () => {
  const body = JSON.stringify(inReview({ data: { names: long } })).replace('"names"', '"n\\u0061mespaces"')

  assert.deepEqual(
    JSON.parse(abridgeReview(Buffer.from(body), 'latin1') ?? ''),
    inReview({ data: { namespaces: long } }),
  )
})

test('500 levels are read and 501 are not, wherever they are', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  const places: [string, string, number][] = [
    ['', '', 0],
    ['{"request":', '}', 1],
    ['{"request":{"object":', '}}', 2],
    ['{"request":{"object":{"metadata":{"managedFields":', '}}}}', 4],
    ['{"request":{"object":{"data":{"other":', '}}}}', 4],
    ['{"request":{"object":{"spec":{"rules":[{"http":', '}]}}}}', 6],
  ]
  for (const [before, after, depth] of places) {
    const body = (inside: number): Buffer => Buffer.from(before + nested(inside) + after)

    assert.notEqual(abridgeReview(body(maxNesting - depth), 'latin1'), undefined, before)
    assert.equal(abridgeReview(body(maxNesting - depth + 1), 'latin1'), undefined, before)
  }
})

const members = fc.constantFrom('request', 'object', 'metadata', 'managedFields', 'annotations', lastApplied, 'spec')
const moreMembers = fc.constantFrom(
  'rules',
  'http',
  'matches',
  'data',
  'namespaces',
  'other',
  'binaryData',
  '__proto__',
)
const { review: reviewLike } = fc.letrec<{ review: Json }>((tie) => ({
  review: fc.oneof(
    { maxDepth: 7 },
    fc.oneof(
      fc.json({ maxDepth: 2 }).map((text): Json => JSON.parse(text)),
      fc.constantFrom(long, bait, '\\', '"'),
    ),
    fc.dictionary(fc.oneof(members, moreMembers), tie('review'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(tie('review'), { maxLength: 4 }),
  ),
}))

test('whatever the review and its white space, only cuts are missing', () => {
  fc.assert(
    fc.property(reviewLike, fc.constantFrom(undefined, 1, '\t', '\n\r '), (inside, space) => {
      const review = { request: inside }
      const body = Buffer.from(JSON.stringify(review, undefined, space))

      const abridged: Json = JSON.parse(abridgeReview(body, 'utf8') ?? '')

      assert.deepEqual(withoutCuts(abridged), withoutCuts(JSON.parse(body.toString())))
    }),
    { numRuns: 2000 },
  )
})

test('what is no JSON is answered too, and stays none unless the fault is cut out', () => {
  fc.assert(
    fc.property(reviewLike, fc.nat(), fc.constantFrom('', '"', '{', '}', ']', ',', '\\', ':'), (inside, place, put) => {
      const text = JSON.stringify({ request: inside })
      const at = place % text.length
      const body = Buffer.from(text.slice(0, at) + put + text.slice(at + 1))

      const abridged = abridgeReview(body, 'utf8')

      assert.ok(abridged !== undefined)
      assert.ok(abridged === body.toString() || abridged.length < body.length - 1000)
    }),
    { numRuns: 2000 },
  )
})

/** An independent reading of what may be cut out, long or short. */
function withoutCuts(review: Json): Json {
  const atObject = (object: Json): Json =>
    change(object, {
      binaryData: () => 0,
      data: each((data) => (isObject(data) ? keepOnly(data, 'namespaces') : data)),
      metadata: each((metadata) =>
        change(metadata, {
          managedFields: () => 0,
          annotations: each((annotations) => change(annotations, { [lastApplied]: () => 0 })),
        }),
      ),
      spec: each((spec) =>
        change(spec, {
          rules: each((rule) =>
            change(rule, { backendRefs: () => 0, filters: () => 0, http: () => 0, matches: () => 0 }),
          ),
        }),
      ),
    })
  return change(review, {
    request: each((request) => change(request, { object: each(atObject), oldObject: each(atObject) })),
  })
}

type Change = (value: Json) => Json

function each(one: Change): Change {
  return (value) => (isList(value) ? value.map(each(one)) : one(value))
}

function change(value: Json, changes: Readonly<Record<string, Change>>): Json {
  if (!isObject(value)) return value
  return fromEntries(
    Object.entries(value).map(([key, inside]) => [
      key,
      Object.hasOwn(changes, key) ? (changes[key]?.(inside) ?? inside) : inside,
    ]),
  )
}

function keepOnly(value: JsonObject, kept: string): Json {
  return fromEntries(Object.entries(value).map(([key, inside]) => [key, key === kept ? inside : 0]))
}

// Object.fromEntries makes own members of `__proto__` too.
function fromEntries(entries: [string, Json][]): Json {
  return Object.fromEntries(entries)
}

for (const id of guardIds) {
  test(`${id} decides every case alike where all that it does not read is long`, async () => {
    const { world, cases } = loadCases(new URL(`../guards/${id}/cases.yaml`, import.meta.url))
    const wrong: string[] = []

    for (const example of cases) {
      const review = bloat(reviewOf(example, world))
      const answer = await judgeWithGuard(guards[id], abridge(review), settingsOf(example, world), world.namespaces)
      wrong.push(...findDifferences(example.expect, answer).map((difference) => `${example.id}: ${difference}`))
    }

    assert.deepEqual(wrong, [])
  })
}

for (const id of mutatorIds) {
  test(`${id} adds the same to the object of every case where all that it does not read is long`, async () => {
    let filled = 0

    for (const { id: guard } of Object.values(guards)) {
      const { world, cases } = loadCases(new URL(`../guards/${guard}/cases.yaml`, import.meta.url))
      for (const example of cases) {
        const review = reviewOf(example, world)
        const ask = (body: Json) => fillWith(id, body, settingsOf(example, world), world.namespaces)

        const answer = await ask(abridge(bloat(review)))

        assert.deepEqual(answer, await ask(review), example.id)
        filled += 'operations' in answer ? answer.operations.length : 0
      }
    }

    assert.ok(filled > 0)
  })
}

const switchedOn = activeMutators({
  mutators: {
    'default-listener-hostname': mutators['default-listener-hostname'].Settings.parse({ mode: 'enforce' }),
    'default-route-hostname': mutators['default-route-hostname'].Settings.parse({ mode: 'enforce' }),
  },
})

function fillWith(
  id: MutatorId,
  body: Json,
  given: Record<string, unknown>,
  namespaces: World['namespaces'],
): Filled | Promise<Filled> {
  const settings = Settings.parse(given)
  const review = readReview(body)
  if ('malformed' in review) assert.fail(review.malformed)
  return fill(
    review,
    {
      namespaces: createKnownNamespaces(namespaces, settings),
      recorder: { fault: (_where, _uid, error) => assert.fail(String(error)) },
      policy: () => ({ settings, mutators: switchedOn }),
    },
    { endpoint: 'mutate', family: id, deadline: Infinity, enter: () => true },
  )
}

/** Lengthens whatever can be cut out of the objects of a review. */
function bloat(review: JsonObject): JsonObject {
  const request = review['request']
  assert.ok(isObject(request))
  return {
    ...review,
    request: {
      ...request,
      object: lengthen(request['object'] ?? null, objectOutline),
      oldObject: lengthen(request['oldObject'] ?? null, objectOutline),
    },
  }
}

/** Puts long text for whatever the outline cuts out, there or not, inside of what is there. */
function lengthen(value: Json, outline: Outline[string]): Json {
  if (outline === 'cut') return long
  if (outline === 'kept' || outline === 'whole') return value
  if (isList(value)) return value.map((item) => lengthen(item, outline))
  if (!isObject(value)) return value
  const { '*': rest = 'kept', ...named } = outline
  const outlines = new Map(Object.entries(named))
  const added = [...outlines].filter(([, fate]) => fate === 'cut').map(([name]): [string, Json] => [name, long])
  return fromEntries([
    ...Object.entries(value).map(([name, inside]): [string, Json] => [
      name,
      lengthen(inside, outlines.get(name) ?? rest),
    ]),
    ...added,
    ...(rest === 'cut' ? [['other', long] satisfies [string, Json]] : []),
  ])
}
