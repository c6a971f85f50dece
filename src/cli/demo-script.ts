import { readFileSync } from 'node:fs'

import { parse } from 'yaml'
import { z } from 'zod'

import type { JsonObject } from '../guards/guard.ts'

interface KubernetesObject extends JsonObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: JsonObject & { readonly name: string }
}
const Head = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})
const KubernetesObject = z.custom<KubernetesObject>((value) => Head.safeParse(value).success)
const texts = z.array(z.string())

const Expectation = z.strictObject({
  allowed: z.boolean(),
  /** Where it is refused. */
  code: z.int().optional(),
  /** What the denial must contain, and what neither denial nor warnings may. */
  says: texts.default([]),
  hides: texts.default([]),
  /** One text for each warning, which must contain it; absent: not looked at. */
  warns: texts.optional(),
  /** What a mutator made of `spec.hostnames`. */
  filled: texts.optional(),
})

const Example = z.strictObject({
  /** What a user would type behind `kubectl`. */
  kubectl: z.string(),
  /** What stands in the file that it names. */
  about: z.string().optional(),
  as: z.string(),
  /** Before the write; absent: the object is new. */
  stored: KubernetesObject.optional(),
  /** After the write; absent: it is deleted. */
  object: KubernetesObject.optional(),
  expect: Expectation,
})
export type Example = z.infer<typeof Example>

const DemoScript = z.strictObject({
  namespaces: z.record(z.string(), z.record(z.string(), z.string())),
  users: z.record(z.string(), z.strictObject({ username: z.string(), groups: texts })),
  stories: z.array(z.strictObject({ story: z.string(), examples: z.array(Example).min(1) })),
})
export type DemoScript = z.infer<typeof DemoScript>

/** The example cluster and what happens in it. */
export function loadDemoScript(): DemoScript {
  return DemoScript.parse(parse(readFileSync(new URL('demo-script.yaml', import.meta.url), 'utf8')))
}
