import assert from 'node:assert/strict'

import type { Decision } from '../../src/admission/decision.ts'
import { judge } from '../../src/admission/judge.ts'
import { readReview } from '../../src/admission/review.ts'
import type { Guard, Json } from '../../src/guards/guard.ts'
import { forEveryGuard } from '../../src/guards/resources.ts'
import { Settings } from '../../src/tenancy/settings.ts'
import type { World } from './cases.ts'
import { createKnownNamespaces } from './known-namespaces.ts'

/** What the engine decides with `guard` enforcing and every other guard disabled. A guard that throws fails the test. */
export async function judgeWithGuard(
  guard: Guard,
  body: Json,
  settings: Record<string, unknown> = {},
  namespaces: World['namespaces'] = {},
  { complete = true }: { readonly complete?: boolean } = {},
): Promise<Decision> {
  const parsed = Settings.parse(settings)
  const review = readReview(body)
  if ('malformed' in review) assert.fail(review.malformed)
  const judged = await judge(
    review,
    {
      guards: forEveryGuard(() => guard),
      namespaces: createKnownNamespaces(namespaces, parsed, { complete }),
      recorder: {
        fault(_where, _uid, error) {
          throw error
        },
      },
      policy: () => ({ settings: parsed, modes: forEveryGuard((id) => (id === guard.id ? 'enforce' : 'disabled')) }),
    },
    { deadline: Infinity, enter: () => true },
  )
  if (judged.kind !== 'decided') assert.fail(`the review was not judged: ${judged.kind}`)
  return judged.decision
}
