/** What callers read, over all cases of all guards: STYLE section 5. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import type { Decision } from '../../src/admission/decision.ts'
import { guards } from '../../src/guards/index.ts'
import { tableOrigins } from '../../src/guards/resources.ts'
import { loadCases, reviewOf, settingsOf } from '../support/cases.ts'
import { judgeWithGuard } from '../support/judge-with-guard.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Path, type and bound fit easily; one value of 253 characters, escaped at worst, and the names around it too. */
const maxLineLength = 2_500
/** The API server cuts what is longer (reference/admission-webhooks.md 1, rule 15). */
const maxWarningsLength = 4_096
const maxViolations = 20

const printable = /^[\x20-\x7e…]*$/
const denial =
  /^[A-Za-z][^ ]*: (?:Forbidden|Required value|Invalid value|Unsupported value|Duplicate value): .* \[[a-z-]+\]$/

const decisions = await judgeAllCases()
const declared = new Set(
  Object.values(guards).flatMap(({ id, origins }) => Object.keys(origins).map((name) => `${id}/${name}`)),
)

test('a denial is one printable line for each violation, framed alike and bounded', () => {
  const denials = decisions.filter(({ decision }) => !decision.allowed)

  assert.ok(denials.length > 0)
  for (const { id, decision } of denials) {
    for (const line of linesOf(decision)) {
      assert.match(line, printable, id)
      assert.match(line, denial, id)
      assert.ok(line.length <= maxLineLength, `${id}: a line of ${line.length} characters`)
    }
  }
})

test('a denial carries no warnings, and what is allowed no message', () => {
  for (const { id, decision } of decisions) {
    assert.ok(decision.allowed ? decision.message === '' : decision.warnings.length === 0, id)
  }
})

test('every violation of a denial is of an origin that its guard declares', () => {
  for (const { id, decision } of decisions) {
    for (const { guard, origin } of decision.violations) {
      assert.ok(origin.startsWith(`${guard}/`), id)
      assert.ok(declared.has(origin) || Object.hasOwn(tableOrigins, origin.split('/')[1] ?? ''), `${id}: ${origin}`)
    }
  }
})

test('every origin has a case, or a test of its guard that names it where cases cannot show it', () => {
  const met = new Set(decisions.flatMap(({ decision }) => decision.violations.map(({ origin }) => origin)))
  const tests = globSync('src/guards/**/*.test.ts', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))

  const isNamed = (origin: string) => {
    const name = origin.slice(origin.indexOf('/') + 1)
    return tests.some((text) => text.includes(origin) || text.includes(`'${name}'`) || text.includes(`/${name}\``))
  }

  const left = [...declared].filter((origin) => !met.has(origin) && !isNamed(origin))

  assert.deepEqual(left, [])
})

test('a warning is one printable line without a prefix of ours, and all of an answer fit', () => {
  const warned = decisions.filter(({ decision }) => decision.warnings.length > 0)

  assert.ok(warned.length > 0)
  for (const { id, decision } of warned) {
    for (const warning of decision.warnings) {
      assert.match(warning, printable, id)
      assert.doesNotMatch(warning, /^warning/i, id)
    }
    assert.ok(decision.warnings.join('').length <= maxWarningsLength, id)
  }
})

test('no text gives a stack, an exception or a stringified object away', () => {
  for (const { id, decision } of decisions) {
    const text = [decision.message, ...decision.warnings].join('\n')
    assert.doesNotMatch(text, /\[object |undefined|NaN|Error:|\bat .*:\d+:\d+/, id)
  }
})

/** The lines of a denial, each on its own; several come under a count and behind a dash. */
function linesOf({ message, violations }: Decision): string[] {
  const lines = message.split('\n')
  const [head = '', ...rest] = lines
  if (rest.length === 0) return [head]
  const denials = violations.filter(({ effect }) => effect === 'deny').length
  assert.equal(head, `${denials} violations:`)
  assert.ok(rest.every((line) => line.startsWith('- ')))
  const last = denials > maxViolations ? rest.pop() : undefined
  assert.equal(last, denials > maxViolations ? `- and ${denials - maxViolations} more` : undefined)
  assert.equal(rest.length, Math.min(denials, maxViolations))
  return rest.map((line) => line.slice(2))
}

async function judgeAllCases(): Promise<readonly { id: string; decision: Decision }[]> {
  const files = Object.values(guards).map((guard) => {
    const { world, cases } = loadCases(new URL(`../../src/guards/${guard.id}/cases.yaml`, import.meta.url))
    return cases.map(async (example) => ({
      id: example.id,
      decision: await judgeWithGuard(guard, reviewOf(example, world), settingsOf(example, world), world.namespaces),
    }))
  })
  return Promise.all(files.flat())
}
