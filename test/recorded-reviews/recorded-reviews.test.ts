/** What a real kube-apiserver sent, and what the guards must say of it in three worlds. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

import { parse } from 'yaml'
import { z } from 'zod'

import { decodeReview } from '../../src/admission/review.ts'
import { judge } from '../../src/admission/judge.ts'
import { guards } from '../../src/guards/index.ts'
import { Settings } from '../../src/tenancy/settings.ts'
import { forEveryGuard } from '../../src/guards/resources.ts'
import { createKnownNamespaces } from '../support/known-namespaces.ts'

const Expected = z.strictObject({
  settings: z.record(z.string(), z.unknown()),
  worlds: z.array(
    z.strictObject({
      name: z.string(),
      namespaces: z.record(z.string(), z.record(z.string(), z.string())),
      expect: z.record(
        z.string(),
        z.strictObject({ allowed: z.boolean(), code: z.int().optional(), warns: z.boolean() }),
      ),
    }),
  ),
})

const read = (file: string): Buffer => readFileSync(new URL(file, import.meta.url))
const recorded = readdirSync(new URL('.', import.meta.url)).filter((file) => file.endsWith('.json'))
const { settings: given, worlds } = Expected.parse(parse(read('expected.yaml').toString()))
const settings = Settings.parse(given)

for (const { name, namespaces, expect } of worlds) {
  for (const [file, { allowed, code = 200, warns }] of Object.entries(expect)) {
    test(`${name}: ${file} is ${allowed ? 'allowed' : `refused with ${code}`}`, async () => {
      const review = decodeReview(read(file))
      if ('malformed' in review) assert.fail(review.malformed)

      const judged = await judge(
        review,
        {
          guards,
          namespaces: createKnownNamespaces(namespaces, settings),
          recorder: { fault: (_where, _uid, error) => assert.fail(String(error)) },
          policy: () => ({ settings, modes: forEveryGuard(() => 'enforce') }),
        },
        { deadline: Infinity, enter: () => true },
      )

      if (judged.kind !== 'decided') assert.fail(judged.kind)
      const { decision } = judged
      assert.deepEqual(
        { allowed: decision.allowed, code: decision.code, warns: decision.warnings.length > 0 },
        { allowed, code, warns },
      )
    })
  }

  test(`${name}: every recorded review has its expected answer`, () => {
    assert.deepEqual(Object.keys(expect).toSorted(), recorded.toSorted())
  })
}
