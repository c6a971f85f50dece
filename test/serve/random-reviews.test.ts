/** Ten thousand reviews that nobody would send, to the running server. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

import type { Json } from '../../src/guards/guard.ts'
import { isObject, member } from '../../src/guards/json.ts'
import { guardIds } from '../../src/guards/resources.ts'
import { loadCases, reviewOf } from '../support/cases.ts'
import { createRandom, mutateJson } from '../support/mutate-json.ts'
import { startServe, type ServeProcess } from '../support/serve-process.ts'

const total = 10_000
const callers = 8
const seed = 20_260_917

// A leak of a few kilobytes a review would end the process: it has this many megabytes for everything that lasts.
const heap = '--max-old-space-size=64'

const label = 'namespace.cozystack.io/host'
const tenants = ['tenant-root', 'tenant-alice', 'tenant-bob', 'tenant-acme', 'tenant-carol', 'tenant-carol-lab']
const apexes = [
  'example.org',
  'alice.example.org',
  'bob.example.org',
  'customer1.io',
  'carol.example.org',
  'lab.carol.example.org',
]

function readSeeds(): readonly Json[] {
  const folder = new URL('../recorded-reviews/', import.meta.url)
  const recorded = readdirSync(folder).filter((file) => file.endsWith('.json'))
  const cases = guardIds.flatMap((guard) => {
    const { world, cases: all } = loadCases(new URL(`../../src/guards/${guard}/cases.yaml`, import.meta.url))
    // Those that build large values would be most of the time and little of the variety.
    return all.filter(({ objectFrom }) => objectFrom === undefined).map((example) => reviewOf(example, world))
  })
  return [...cases, ...recorded.map((file): Json => JSON.parse(readFileSync(new URL(file, folder), 'utf8')))]
}

test('10,000 random and mutated reviews: every one is answered, none with 500, nothing leaks', async (t) => {
  const items = tenants.map((name, at) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { [label]: apexes[at] } },
  }))
  const served = await startServe(
    t,
    {
      settings: { rootHost: 'example.org' },
      facts: { source: 'file', path: 'namespaces.json' },
    },
    {
      env: { NODE_OPTIONS: heap },
      prepare: (folder) =>
        writeFile(join(folder, 'namespaces.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items })),
    },
  )
  const random = createRandom(seed)
  const seeds = readSeeds()
  const tally = new Map<string, number>()
  let sent = 0

  await Promise.all(Array.from({ length: callers }, callUntilDone))

  assert.equal(
    [...tally.values()].reduce((sum, count) => sum + count, 0),
    total,
  )
  // The mutations reach all three ends; else they prove little.
  for (const outcome of ['200 allowed', '200 403', '200 422', '400'])
    assert.ok((tally.get(outcome) ?? 0) > 100, JSON.stringify([...tally]))
  assert.deepEqual(
    [...tally.keys()].filter((outcome) => !/^(?:200 (?:allowed|403|422)|400)$/.test(outcome)),
    [],
  )
  assert.deepEqual(
    served.lines.filter(({ level }) => level === 'error'),
    [],
  )

  async function callUntilDone(): Promise<void> {
    while (sent < total) {
      sent++
      await callOnce(served, makeReview())
    }
  }

  function makeReview(): Json {
    let review = seeds[Math.floor(random() * seeds.length)] ?? null
    for (let changes = Math.floor(random() * 4); changes >= 0; changes--) review = mutateJson(review, random)
    return review
  }

  async function callOnce({ post }: ServeProcess, review: Json): Promise<void> {
    const text = JSON.stringify(review)
    const { status, body } = await post(text)
    const answer: Json = JSON.parse(body)
    const response = member(answer, 'response')
    const outcome = isObject(response)
      ? `${status} ${response['allowed'] === true ? 'allowed' : JSON.stringify(member(response['status'], 'code'))}`
      : String(status)
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1)
    if (status === 200) assert.equal(member(response, 'uid'), member(member(review, 'request'), 'uid'))
    const given = tenants.filter((tenant) => contains(body, tenant) && !contains(text, tenant))
    assert.deepEqual(given, [], `told of ${given.join()}: ${body}\nwhen asked ${text}`)
  }
})

// As a whole word: tenant-carol is no part of tenant-carol-lab.
function contains(text: string, name: string): boolean {
  return new RegExp(`${name}(?![a-z0-9-])`).test(text)
}
