/** Every decision case once more, over TLS, with the whole response looked at. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { z } from 'zod'

import { guardIds } from '../../src/guards/resources.ts'
import { startAdmission } from '../support/admission-over-https.ts'
import { findDifferences, loadCases, reviewOf, settingsOf, type Case, type World } from '../support/cases.ts'

const Response = z.strictObject({
  uid: z.string(),
  allowed: z.boolean(),
  status: z
    .strictObject({
      code: z.int(),
      reason: z.enum(['Forbidden', 'Invalid']),
      message: z.string().min(1),
      details: z
        .strictObject({
          causes: z
            .array(z.strictObject({ reason: z.string(), field: z.string(), message: z.string() }))
            .min(1)
            .max(20),
        })
        .optional(),
    })
    .optional(),
  warnings: z.array(z.string().regex(/^[\x20-\x7e…]+$/)).optional(),
  auditAnnotations: z.partialRecord(z.enum(['decision', 'violations']), z.string()),
})
const Answer = z.strictObject({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  response: Response,
})

/** Cases that share settings and namespaces share a server. */
function groupCases(): ReadonlyMap<string, readonly { guard: string; world: World; example: Case }[]> {
  const all = guardIds.flatMap((guard) => {
    const { world, cases } = loadCases(new URL(`../../src/guards/${guard}/cases.yaml`, import.meta.url))
    return cases.map((example) => ({ guard, world, example }))
  })
  return Map.groupBy(all, ({ world, example }) => JSON.stringify([settingsOf(example, world), world.namespaces]))
}

for (const [key, group] of groupCases()) {
  const [settings, namespaces] = JSON.parse(key)
  const guards = [...new Set(group.map(({ guard }) => guard))].join(', ')
  test(`${group.length} cases of ${guards} are answered over TLS as expected`, async (t) => {
    const { post } = await startAdmission(t, settings, namespaces)
    const wrong: string[] = []

    for (const { guard, world, example } of group) {
      const { status, headers, body } = await post(
        `/validate/${guard}?timeout=5s`,
        JSON.stringify(reviewOf(example, world)),
      )

      assert.equal(status, 200, `${example.id}: ${body}`)
      assert.equal(headers['content-type'], 'application/json')
      const { response } = Answer.parse(JSON.parse(body))
      assert.equal(response.uid, example.id)
      assert.equal(response.status === undefined, response.allowed, example.id)
      // With details kubectl drops the message of an Invalid answer.
      assert.equal(response.status?.details === undefined, response.status?.code !== 403, example.id)
      const answer = {
        allowed: response.allowed,
        code: response.status?.code ?? 200,
        message: response.status?.message ?? '',
        warnings: response.warnings ?? [],
      }
      wrong.push(...findDifferences(example.expect, answer).map((difference) => `${example.id}: ${difference}`))
    }

    assert.deepEqual(wrong, [])
  })
}
