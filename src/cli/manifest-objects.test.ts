import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readManifestObjects } from './manifest-objects.ts'

test('every document is an object with the line it begins on', () => {
  const text = ['# a comment', '---', 'apiVersion: v1', 'kind: Secret', '---', '# nothing', '---', 'null', '---'].join(
    '\n',
  )

  assert.deepEqual(summarize(`${text}\n\n{"apiVersion": "v1", "kind": "Pod"}\n`), ['Secret at 3', 'Pod at 11'])
})

test('lists are unpacked, lists in lists too, in their order', () => {
  const text = `apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: A}
  - apiVersion: v1
    kind: List
    items:
      - {apiVersion: v1, kind: B}
      - {apiVersion: v1, kind: C}
  - {apiVersion: v1, kind: D}
`

  assert.deepEqual(summarize(text), ['A at 4', 'B at 8', 'C at 9', 'D at 10'])
})

test('the items of a typed list take kind and version from it', () => {
  const text = '{"apiVersion": "g/v1", "kind": "HTTPRouteList", "items": [{"metadata": {"name": "a"}}]}'

  const [route] = readManifestObjects(text)

  assert.ok(route !== undefined && 'object' in route)
  assert.equal(route.kind, 'HTTPRoute')
  assert.equal(route.apiVersion, 'g/v1')
})

test('an object of a kind that ends like a list and holds no items is an object', () => {
  assert.deepEqual(summarize('{apiVersion: v1, kind: AllowList, items: none}'), ['AllowList at 1'])
})

test('anchors and merge keys are read as kubectl reads them', () => {
  const text = `apiVersion: v1
kind: ConfigMap
metadata: &common {labels: {a: b}}
copy: {<<: *common, name: x}
`

  const [first] = readManifestObjects(text)

  assert.ok(first !== undefined && 'object' in first)
  assert.deepEqual(first.object['copy'], { labels: { a: 'b' }, name: 'x' })
})

const faulty: readonly [string, string, RegExp][] = [
  ['a key that comes twice', 'apiVersion: v1\nkind: A\nkind: B\n', /^line 3, column 1: .*unique/],
  ['a bracket that is not closed', 'apiVersion: v1\nkind: [A\n', /^line 4, column 1: /],
  ['a text', 'just text\n', /^line 1, column 1: must be a Kubernetes object with apiVersion and kind$/],
  ['an object without kind', '\napiVersion: v1\n', /^line 2, column 1: must be a Kubernetes object/],
  ['a list of objects', '- {apiVersion: v1, kind: A}\n', /^line 1, column 1: must be a Kubernetes object/],
  ['a list that holds itself', '&a {apiVersion: v1, kind: List, items: [*a]}', /cannot be unfolded$/],
  ['an alias without anchor', 'apiVersion: v1\nkind: *a\n', /^line 1, column 1: Unresolved alias/],
  ['nesting without end', '['.repeat(20_000), /^line 1, column /],
  ['aliases that multiply', bomb(), /^line 1, column 1: Excessive alias count/],
]

for (const [what, text, expected] of faulty) {
  test(`${what} is a fault with its place, and hides no other document`, () => {
    const [first, second, ...rest] = readManifestObjects(`${text}\n---\napiVersion: v1\nkind: Good\n`)

    assert.ok(first !== undefined && 'fault' in first)
    assert.match(first.fault, expected)
    assert.doesNotMatch(first.fault, /\p{Cc}/u)
    assert.ok(second !== undefined && 'kind' in second)
    assert.equal(second.kind, 'Good')
    assert.deepEqual(rest, [])
  })
}

test('what a terminal would obey is escaped in a fault', () => {
  const [first] = readManifestObjects('a: 1\n"\u001b[31m": [\n')

  assert.ok(first !== undefined && 'fault' in first)
  assert.doesNotMatch(first.fault, /\p{Cc}/u)
})

function bomb(): string {
  const lines = ['apiVersion: v1', 'kind: A', 'a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let level = 1; level < 9; level++) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`)
  }
  return lines.join('\n')
}

function summarize(text: string): string[] {
  return readManifestObjects(text).map((found) => ('fault' in found ? found.fault : `${found.kind} at ${found.line}`))
}
