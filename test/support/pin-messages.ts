import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import type { Decision } from '../../src/admission/decision.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { loadCases, reviewOf, settingsOf, type CaseFile } from './cases.ts'
import { judgeWithGuard } from './judge-with-guard.ts'
import { createReview, type ReviewParts } from './review.ts'

/** What is asked, in the world of the cases: the id of a case, or a request. */
export type Question = string | InlineQuestion

interface InlineQuestion {
  readonly request: ReviewParts
  /** Laid over the settings of the world. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** Whether the list of namespaces is complete. */
  readonly complete?: boolean
}

/** A question with the message of its refusal. */
export type DenialPin = readonly [Question, string]
/** The same, or a question with the warnings that an allowed request gets. */
type Pin = readonly [Question, string | readonly string[]]

/**
 * Pins the exact answers of a guard: to one question for every origin, which must be the only one refused for, and to
 * the questions in `others`, by what they are about.
 */
export function testMessages(
  guard: Guard,
  file: URL,
  pins: Readonly<Record<string, DenialPin>>,
  others: Readonly<Record<string, Pin>> = {},
): void {
  const cases = loadCases(file)

  test('every origin has its words pinned', () => {
    assert.deepEqual(Object.keys(pins).toSorted(), Object.keys(guard.origins).toSorted())
  })

  test('the README shows a denial word for word', () => {
    const readme = readFileSync(new URL('README.md', file), 'utf8')
    const texts = [...Object.values(pins), ...Object.values(others)].flatMap(([, says]) => says)

    assert.ok(texts.some((text) => readme.includes(`\n\`\`\`\n${text}\n\`\`\`\n`)))
  })

  for (const [origin, [question, message]] of Object.entries(pins)) {
    test(`${origin} reads the same as ever`, async () => {
      const decision = await ask(guard, question, cases)

      assert.equal(decision.message, message)
      assert.deepEqual(
        [...new Set(decision.violations.map((violation) => violation.origin))],
        [`${guard.id}/${origin}`],
      )
    })
  }

  for (const [about, [question, says]] of Object.entries(others)) {
    test(`${about}: the answer reads the same as ever`, async () => {
      const { message, warnings } = await ask(guard, question, cases)

      const expected = typeof says === 'string' ? { message: says, warnings: [] } : { message: '', warnings: says }
      assert.deepEqual({ message, warnings }, expected)
    })
  }
}

function ask(guard: Guard, question: Question, { world, cases }: CaseFile): Promise<Decision> {
  if (typeof question !== 'string') {
    const { request, settings, complete = true } = question
    const given = { ...world.settings, ...settings }
    return judgeWithGuard(guard, createReview(request), given, world.namespaces, { complete })
  }
  const example = cases.find(({ id }) => id === question)
  assert.ok(example, `there is no case ${question}`)
  return judgeWithGuard(guard, reviewOf(example, world), settingsOf(example, world), world.namespaces)
}
