import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Guard } from '../../src/guards/guard.ts'
import { judgeWithGuard } from './judge-with-guard.ts'
import { createReview, type ReviewParts } from './review.ts'

const label = 'namespace.cozystack.io/host'
const namespaces = {
  'tenant-root': { [label]: 'example.org' },
  'tenant-alice': { [label]: 'alice.example.org' },
  'tenant-bob': { [label]: 'bob.example.org' },
  'tenant-kid': { [label]: 'kid.alice.example.org' },
  'tenant-bare': {},
  'tenant-empty': { [label]: '' },
  'tenant-odd': { [label]: 'Foo_Bar' },
}

/** A request and every word of its answer. */
export interface ExactText {
  /** `outside-apex`, or what an advice is about. */
  readonly about: string
  readonly request: ReviewParts
  readonly says: string | readonly string[]
}

/**
 * Pins what callers read, one test a text: the message of a refusal, or the warnings of what is allowed. The
 * list must hold every origin that the guard declares.
 */
export function testExactTexts(guard: Guard, texts: readonly ExactText[], unpinned: readonly string[] = []): void {
  for (const { about, request, says } of texts) {
    test(`${guard.id} says of ${about} exactly what is documented`, async () => {
      const answer = await judgeWithGuard(guard, createReview(request), { rootHost: 'example.org' }, namespaces)

      if (typeof says === 'string') assert.equal(answer.message, says)
      else assert.deepEqual(answer.warnings, says)
    })
  }

  test(`${guard.id} has a pinned text for every origin`, () => {
    const pinned = new Set([...texts.map(({ about }) => about), ...unpinned])

    assert.deepEqual(
      Object.keys(guard.origins).filter((origin) => !pinned.has(origin)),
      [],
    )
  })
}
