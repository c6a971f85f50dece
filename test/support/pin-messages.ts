import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import type { Guard } from '../../src/guards/guard.ts'
import { loadCases, reviewOf, settingsOf } from './cases.ts'
import { judgeWithGuard } from './judge-with-guard.ts'

/** Pins the exact answer to one case for every origin of a guard: origin, id of the case, text. */
export function testMessages(guard: Guard, file: URL, pins: Readonly<Record<string, readonly [string, string]>>): void {
  const { world, cases } = loadCases(file)

  test('every origin has its words pinned', () => {
    assert.deepEqual(Object.keys(pins).toSorted(), Object.keys(guard.origins).toSorted())
  })

  test('the README shows a denial word for word', () => {
    const readme = readFileSync(new URL('README.md', file), 'utf8')

    assert.ok(Object.values(pins).some(([, message]) => readme.includes(`\n${message}\n`)))
  })

  for (const [origin, [id, message]] of Object.entries(pins)) {
    test(`${origin} reads the same as ever`, async () => {
      const example = cases.find((candidate) => candidate.id === id)
      assert.ok(example, `there is no case ${id}`)

      const decision = await judgeWithGuard(
        guard,
        reviewOf(example, world),
        settingsOf(example, world),
        world.namespaces,
      )

      assert.equal(decision.message, message)
      assert.deepEqual(
        [...new Set(decision.violations.map((violation) => violation.origin))],
        [`${guard.id}/${origin}`],
      )
    })
  }
}
