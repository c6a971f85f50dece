/** docs/configuration.md and the schema of the configuration say the same, key by key; its examples are true. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { parse } from 'yaml'
import { z } from 'zod'

import { ConfigError } from '../../src/config/config-error.ts'
import { parseConfig } from '../../src/config/load.ts'
import { restartKeys } from '../../src/config/restart.ts'
import { describeConfig } from '../../src/config/schema.ts'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')

const Node = z.object({
  default: z.json().optional(),
  type: z.string().optional(),
  properties: z.record(z.string(), z.json()).default({}),
  additionalProperties: z.union([z.literal(false), z.looseObject({})]).default(false),
  required: z.array(z.string()).default([]),
  items: z.json().optional(),
  oneOf: z.array(z.json()).default([]),
  anyOf: z.array(z.json()).default([]),
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
})

interface Key {
  readonly path: string
  readonly node: z.infer<typeof Node>
  readonly required: boolean
}

/** Every key of the schema that holds a value rather than a block. */
function listKeys(schema: unknown, path = ''): readonly Key[] {
  const { anyOf, items, oneOf, properties, required } = Node.parse(schema)
  const inside = [...anyOf, ...oneOf].flatMap((option) => listKeys(option, path))
  const listed = items === undefined ? [] : listKeys(items, `${path}[]`)
  const below = Object.entries(properties).flatMap(([key, child]) => {
    const node = Node.parse(child)
    const at = path === '' ? key : `${path}.${key}`
    const deeper = listKeys(child, at)
    const isMap = node.additionalProperties !== false
    const isBlock =
      (node.type === 'object' && !isMap) || node.oneOf.length > 0 || (node.type === 'array' && deeper.length > 0)
    return isBlock ? deeper : [{ path: at, node, required: required.includes(key) }, ...deeper]
  })
  return [...inside, ...listed, ...below]
}

const keys = listKeys(describeConfig())

const rows = [...page.matchAll(/^\| `([^`]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+) \|$/gm)].map(
  ([, path = '', type = '', value = '', live = '', effect = '']) => ({ path, type, value, live, effect }),
)

/** The first of several: `facts.source` stands in both forms of its block, its default in the first. */
function keyAt(path: string): Key {
  return keys.find((key) => key.path === path) ?? assert.fail(`the schema has no key ${path}`)
}

test('the page has one row for every key of the schema and no other', () => {
  assert.deepEqual(rows.map(({ path }) => path).toSorted(), [...new Set(keys.map(({ path }) => path))].toSorted())
})

test('every default on the page is the one of the schema', () => {
  const told = rows.map(({ path, value }) => [path, /^`.*`$/.test(value) ? parse(value.slice(1, -1)) : value])

  const meant = rows.map(({ path }) => {
    const { node, required } = keyAt(path)
    return [path, node.default ?? (required ? 'required' : '–')]
  })

  assert.deepEqual(told, meant)
})

const words = new Map([
  ['boolean', ['true or false']],
  ['integer', ['whole number']],
  ['array', ['list of text']],
  ['object', ['text by label']],
])

test('every type on the page is the one of the schema', () => {
  const wrong = rows.filter(({ path, type }) => {
    const { node } = keyAt(path)
    if (path === 'facts.source') return type !== '`cluster`, `file`'
    if (node.enum) return type !== node.enum.map((choice) => `\`${choice}\``).join(', ')
    if (node.pattern !== undefined) return type !== 'duration'
    if (node.anyOf.length > 0) return ['text', 'path', 'duration'].includes(type)
    return !(words.get(node.type ?? '') ?? ['text', 'path']).includes(type)
  })

  assert.deepEqual(wrong, [])
})

test('the page says of every key whether it changes while the process runs', () => {
  const told = rows.map(({ path, live }) => [path, live])

  const meant = rows.map(({ path }) => {
    if (/^(?:controller|cluster)\./.test(path)) return [path, '–']
    const held = restartKeys.find((key) => path === key || path.startsWith(`${key}.`))
    return [path, held === undefined ? 'yes' : 'restart']
  })

  assert.deepEqual(told, meant)
})

test('the examples on the page load', () => {
  const examples = [...page.matchAll(/^```yaml\n([^`]*)```$/gm)].map(([, text = '']) => text)

  assert.equal(examples.length, 2)
  for (const text of examples) assert.equal(typeof parseConfig(Buffer.from(text), 'gatehouse.yaml', {}), 'object')
})

test('the faulty example on the page gets the message below it', () => {
  const [, file = ''] = /^```yaml faulty\n([^`]*)```$/m.exec(page) ?? []
  const [, message = ''] = /^```text\n([^`]*)\n```$/m.exec(page) ?? []

  assert.throws(
    () => parseConfig(Buffer.from(file), 'gatehouse.yaml', {}),
    (error) => error instanceof ConfigError && error.message === message,
  )
})
