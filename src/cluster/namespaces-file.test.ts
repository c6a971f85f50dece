import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readNamespacesText } from './namespaces-file.ts'

const list = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata:
    name: tenant-alice
    uid: 3f6e
    labels:
      kubernetes.io/metadata.name: tenant-alice
      namespace.cozystack.io/host: alice.example.org
    managedFields: []
  spec: {finalizers: [kubernetes]}
- apiVersion: v1
  kind: Namespace
  metadata: {name: tenant-bob, deletionTimestamp: "2030-01-01T00:00:00Z"}
metadata:
  resourceVersion: ""
`

describe('namespaces as text', () => {
  it('are read from what kubectl prints', () => {
    const { namespaces, faults } = readNamespacesText(list, 'ns.yaml')

    assert.deepEqual(faults, [])
    assert.deepEqual(namespaces, [
      {
        name: 'tenant-alice',
        labels: {
          'kubernetes.io/metadata.name': 'tenant-alice',
          'namespace.cozystack.io/host': 'alice.example.org',
        },
        terminating: false,
      },
      { name: 'tenant-bob', labels: {}, terminating: true },
    ])
  })

  const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`
  const forms: readonly (readonly [name: string, text: string, names: readonly string[]])[] = [
    ['one document', namespace('a'), ['a']],
    ['several documents', `${namespace('a')}---\n${namespace('b')}`, ['a', 'b']],
    [
      'documents with empty ones between',
      `---\n---\n${namespace('a')}---\n# nothing\n---\n${namespace('b')}---\n`,
      ['a', 'b'],
    ],
    ['a list and more', `${list}---\n${namespace('c')}`, ['tenant-alice', 'tenant-bob', 'c']],
    ['a list of nobody', 'apiVersion: v1\nkind: List\nitems: []\n', []],
    ['a list whose items are null', 'apiVersion: v1\nkind: List\nitems:\n', []],
    ['JSON', JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }), ['a']],
    [
      'a NamespaceList, whose items name no kind',
      '{"apiVersion":"v1","kind":"NamespaceList","items":[{"metadata":{"name":"a"}}]}',
      ['a'],
    ],
    ['documents in braces', '{apiVersion: v1, kind: Namespace, metadata: {name: a}}\n', ['a']],
    ['a byte order mark', `\uFEFF${namespace('a')}`, ['a']],
    [
      'labels that are null',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: null, deletionTimestamp: null}\n',
      ['a'],
    ],
  ]
  for (const [name, text, names] of forms) {
    it(`are read from ${name}`, () => {
      const found = readNamespacesText(text, 'ns.yaml')

      assert.deepEqual(found.faults, [])
      assert.deepEqual(
        found.namespaces.map((one) => one.name),
        names,
      )
    })
  }

  it('keep a label called __proto__ to themselves', () => {
    const text = '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a","labels":{"__proto__":"x"}}}'

    for (const form of [text, `# YAML\n${text}`]) {
      const [found] = readNamespacesText(form, 'ns.yaml').namespaces

      assert.deepEqual(Object.keys(found?.labels ?? {}), ['__proto__'])
    }
  })

  const refused: readonly (readonly [text: string, ...faults: string[]])[] = [
    ['', 'ns.yaml: must hold a List of Namespaces or Namespaces'],
    ['---\n', 'ns.yaml: must hold a List of Namespaces or Namespaces'],
    ['42', "ns.yaml: document 1: apiVersion: must be 'v1'"],
    ['[]', "ns.yaml: document 1: apiVersion: must be 'v1'"],
    ['kind: Namespace\nmetadata: {name: a}', "ns.yaml: document 1: apiVersion: must be 'v1'"],
    [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}',
      "ns.yaml: document 1: kind: must be 'Namespace', 'List' or 'NamespaceList'",
    ],
    [
      `${namespace('a')}---\napiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]`,
      "ns.yaml: document 2: items[0].kind: must be 'Namespace', with apiVersion 'v1'",
    ],
    [
      'apiVersion: v1\nkind: List\nitems: [{metadata: {name: a}}, null]',
      "ns.yaml: document 1: items[0].kind: must be 'Namespace', with apiVersion 'v1'",
      "ns.yaml: document 1: items[1].kind: must be 'Namespace', with apiVersion 'v1'",
    ],
    ['apiVersion: v1\nkind: List\nitems: {a: b}', 'ns.yaml: document 1: items: must be a list'],
    [
      'apiVersion: v1\nkind: Namespace\nmetadata: {labels: {host: 1, on: true, ok: x}}',
      'ns.yaml: document 1: metadata.name: must be the name of the namespace, given as text',
      'ns.yaml: document 1: metadata.labels["host"]: must be text',
      'ns.yaml: document 1: metadata.labels["on"]: must be text',
    ],
    [
      'apiVersion: v1\nkind: NamespaceList\nitems: [{metadata: {name: a, labels: [b]}}]',
      'ns.yaml: document 1: items[0].metadata.labels: must be an object of labels',
    ],
    [`${namespace('a')}---\n${namespace('a')}`, 'ns.yaml: document 2: metadata.name: names "a" a second time'],
    [
      'apiVersion: v1\nkind: List\nitems:\n- &a {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n- *a\n',
      'ns.yaml: document 1: items[1].metadata.name: names "a" a second time',
    ],
    ['apiVersion: v1\napiVersion: v1\n', 'ns.yaml: document 1: Map keys must be unique at line 2, column 1'],
  ]
  for (const [text, ...faults] of refused) {
    it(`are refused: ${faults.join('; ')}`, () => {
      assert.deepEqual(readNamespacesText(text, 'ns.yaml').faults, faults)
    })
  }

  it('name every fault of every document', () => {
    const { faults } = readNamespacesText(`${list}---\nkind: [\n---\nkind: Pod\n`, 'ns.yaml')

    assert.ok(faults.some((fault) => fault.startsWith('ns.yaml: document 2: ') && fault.includes('at line ')))
    assert.ok(faults.includes("ns.yaml: document 3: apiVersion: must be 'v1'"))
  })

  it('are read or refused, never thrown over, whatever the text', () => {
    const json = fc.jsonValue().map((value) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: value }))
    fc.assert(
      fc.property(fc.oneof(fc.string(), json), (text) => {
        const { faults } = readNamespacesText(text, 'f')

        assert.ok(faults.every((fault) => fault.startsWith('f: ') && !fault.includes('\n')))
      }),
    )
  })

  const hostile: readonly (readonly [name: string, text: string])[] = [
    ['nested too deeply', '['.repeat(20_000)],
    ['full of references', `a: &a [x]\n${Array.from({ length: 200 }, (_, at) => `b${at}: [*a, *a]\n`).join('')}`],
    ['referring to itself', 'a: &a [*a]'],
  ]
  for (const [name, text] of hostile) {
    it(`are refused if they are ${name}`, () => {
      assert.ok(readNamespacesText(text, 'f').faults.length > 0)
    })
  }
})
