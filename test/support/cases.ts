/** Decision cases as data: reads a `cases.yaml`, makes AdmissionReviews of it and compares answers with it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { parse } from 'yaml'
import { z } from 'zod'

import type { JsonObject } from '../../src/guards/guard.ts'
import { isObject } from '../../src/guards/json.ts'
import { guardIds } from '../../src/guards/resources.ts'

const jsonObject = z.custom<JsonObject>(isPlainObject)
const kubernetesObject = jsonObject.nullable()
const settingValues = z.record(z.string(), z.unknown())
const texts = z.array(z.string())

const Expectation = z.strictObject({
  allowed: z.boolean(),
  /** Present where it is refused. */
  code: z.int().optional(),
  /** True: at least one warning; false: none; absent: not checked. */
  warns: z.boolean().optional(),
  /** What message and warnings together must contain. */
  names: texts.optional(),
  /** What neither may contain. */
  hides: texts.optional(),
  /** Field paths that the text must contain. */
  paths: texts.optional(),
})
export type Expectation = z.infer<typeof Expectation>

const Case = z.strictObject({
  id: z.string(),
  claim: z.string(),
  user: z.string(),
  operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
  resource: z.strictObject({ group: z.string(), version: z.string(), resource: z.string(), kind: z.string() }),
  subResource: z.string().optional(),
  namespace: z.string(),
  name: z.string(),
  object: kubernetesObject,
  /** Builds large values: a field of `object` is `head`, `item` `count` times with `{i}` counted up, and `tail`. */
  objectFrom: z
    .strictObject({
      repeat: z.strictObject({
        into: z.string(),
        head: z.string(),
        item: z.string(),
        count: z.int(),
        tail: z.string(),
      }),
    })
    .optional(),
  oldObject: kubernetesObject,
  /** Laid over the settings of the world; null leaves a key out. */
  settings: settingValues.optional(),
  expect: Expectation,
  /** A real API server refuses the object before any webhook sees it. */
  schemaRejects: z.boolean().optional(),
  /** What the Cozystack ValidatingAdmissionPolicies decide; for comparison only. */
  parity: z.enum(['allow', 'deny', 'skip']).optional(),
})
export type Case = z.infer<typeof Case>

const World = z.strictObject({
  settings: settingValues,
  /** The Namespaces that exist and their labels. */
  namespaces: z.record(z.string(), z.record(z.string(), z.string())),
  users: z.record(z.string(), jsonObject),
})
export type World = z.infer<typeof World>

const CaseFile = z.strictObject({ guard: z.enum(guardIds), world: World, cases: z.array(Case).min(1) })
export type CaseFile = z.infer<typeof CaseFile>

/** What an evaluator says of one review, whichever way it was asked. */
export interface Answer {
  readonly allowed: boolean
  readonly code: number
  readonly message: string
  readonly warnings: readonly string[]
}

/** Answers an AdmissionReview, given as it goes over the wire. */
export type Evaluator = (
  review: JsonObject,
  settings: Record<string, unknown>,
  namespaces: World['namespaces'],
) => Answer | Promise<Answer>

export function loadCases(file: URL): CaseFile {
  return CaseFile.parse(parse(readFileSync(file, 'utf8')))
}

/** Registers one test for every case of `file`. */
export function testCases(file: URL, evaluate: Evaluator): void {
  const { world, cases } = loadCases(file)
  for (const example of cases) {
    test(`${example.id}: ${example.claim}`, async () => {
      const answer = await evaluate(reviewOf(example, world), settingsOf(example, world), world.namespaces)

      assert.deepEqual(findDifferences(example.expect, answer), [])
    })
  }
}

/** The settings that hold for a case, as a configuration file would state them. */
export function settingsOf(example: Case, world: World): Record<string, unknown> {
  const all = Object.entries({ ...world.settings, ...example.settings })
  return Object.fromEntries(all.filter(([, value]) => value !== null))
}

/** The request of a case as the API server sends it, empty fields left out. */
export function reviewOf(example: Case, world: World): JsonObject {
  const { group, version, resource, kind: name } = example.resource
  const kind = { group, version, kind: name }
  const plural = { group, version, resource }
  const subResource = example.subResource ?? ''
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: example.id,
      kind,
      resource: plural,
      ...(subResource === '' ? {} : { subResource }),
      requestKind: kind,
      requestResource: plural,
      ...(subResource === '' ? {} : { requestSubResource: subResource }),
      ...(example.name === '' ? {} : { name: example.name }),
      ...(example.namespace === '' ? {} : { namespace: example.namespace }),
      operation: example.operation,
      userInfo: userOf(example, world),
      object: objectOf(example),
      oldObject: example.oldObject,
      dryRun: false,
      options: {},
    },
  }
}

export function userOf({ id, user }: Case, { users }: World): JsonObject {
  const found = users[user]
  assert.ok(found, `${id}: the world has no user ${user}`)
  return found
}

export function objectOf({ object, objectFrom }: Case): JsonObject | null {
  if (objectFrom === undefined) return object
  const { into, head, item, count, tail } = objectFrom.repeat
  const items = Array.from({ length: count }, (_, at) => item.replaceAll('{i}', String(at)))
  return withField(object ?? {}, into.split('.'), head + items.join('') + tail)
}

function withField(object: JsonObject, path: readonly string[], value: string): JsonObject {
  const [key = '', ...rest] = path
  const child = object[key]
  return { ...object, [key]: rest.length === 0 ? value : withField(isObject(child) ? child : {}, rest, value) }
}

/** How an answer differs from what a case expects; empty where it does not. */
export function findDifferences(expect: Expectation, answer: Answer): string[] {
  const text = [answer.message, ...answer.warnings].join('\n')
  const found: string[] = []
  if (answer.allowed !== expect.allowed) found.push(`allowed is ${answer.allowed}`)
  else if (!answer.allowed && answer.code !== expect.code) found.push(`code is ${answer.code}, not ${expect.code}`)
  if (expect.warns !== undefined && expect.warns !== answer.warnings.length > 0) {
    found.push(expect.warns ? 'there is no warning' : 'there is a warning')
  }
  for (const name of expect.names ?? []) if (!text.includes(name)) found.push(`the text does not name ${name}`)
  for (const name of expect.hides ?? []) if (text.includes(name)) found.push(`the text gives away ${name}`)
  for (const path of expect.paths ?? []) if (!text.includes(path)) found.push(`the text lacks the path ${path}`)
  return found.length === 0 ? found : [...found, `it said: ${text}`]
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
