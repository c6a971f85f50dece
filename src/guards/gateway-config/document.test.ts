import assert from 'node:assert/strict'
import { test } from 'node:test'

import { askPlatformConfig } from '../../../test/support/platform-config.ts'

// Document, and the violations it has.
const documents: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
  'is read': [
    ['[]', []],
    ['# none\n---\n[] # yet\n...\n# end\n', []],
    ['%YAML 1.2\n---\n[]\n', []],
    ['- {"name":\t"tenant-a"\t}\t# a tab\n', []],
    ['- name: >-\n    tenant-a\n  gateway:\n    config: "\n      \t# a tab\n      \t\n      "\n', []],
    ['- name: tenant-a\n  gateway:\n    config: |  # why\n      # next\n      \t\n      \t# x\n', []],
    ["- name: tenant-a\n  gateway:\n    config: '\n      \t '\n", []],
    ['- {name: tenant-a, "gateway":{}}\r\n- ? name\r\n  : tenant-b\r\n', []],
    ['- name: "tenant-\\x61"\n  gateway:\n    config: |\n      \t# indented with a tab\n', []],
    ['- name: >-\n    tenant-a\n', []],
    ['- ? name\n\n  # below\n  : tenant-a\n', []],
    ['- ? |-\n    name\n  : tenant-a\n', []],
    ['-\n  ? "name"\r\n  :\n   tenant-a\n  gateway :\n   {}\n', []],
    ['? x\n: y\n', ['document-type']],
    ['- {name\n   : tenant-a, ? gateway\n : {}}\n', []],
    ['- "name":\ttenant-a # \u2028 name: x\n', []],
  ],
  'is no document': [
    ['\ufeff[]', ['document-syntax']],
    ['[]\n...\n\ufeff', ['document-syntax']],
    ['[]\n---\n', ['document-syntax']],
    ['---\n---\n[]', ['document-syntax']],
    ['[]\n...\n[]', ['document-syntax']],
    ['%YAML 1.1\n---\n[]', ['document-syntax']],
    ['%TAG ! tag:example.com,2026:\n---\n[]', ['document-syntax']],
    ['\t[]', ['document-syntax']],
    ['[\n\t]', ['document-syntax']],
    ['[]\n\t', ['document-syntax']],
    ['[]\n \t\r\n', ['document-syntax']],
    ['\t# none\n[]', ['document-syntax']],
    ['[]\n  \t# none\n', ['document-syntax']],
    ['[]\n...\n\t\n', ['document-syntax']],
    ['[\n\t{\n\t\t"name": "tenant-a"\n\t}\n]\n', ['document-syntax']],
    ['- name:\n    tenant-a\n\t\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway:\n    config: a\n      \tb\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway:\n    config: |\n      a = 1\n\t\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway:\n    config: |\n      a = 1\n\t# x\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway:\n    config: |\n\ta = 1\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway: {\n    image: a:1,\n\t}\n', ['document-syntax']],
    ['- name: tenant-a\n\tgateway: {}', ['document-syntax']],
    ['- name: tenant-a\n gateway: {}', ['document-syntax']],
    ['- name: a: b', ['document-syntax']],
    ['- name: tenant-a\n  gateway\n    : {}\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway\n  : {}\n', ['document-syntax']],
    ['- name: tenant-a\n  gateway # why\n\n    : {}\n', ['document-syntax']],
    ['- name: tenant-a\r\n  gateway\r\n    : {}\r\n', ['document-syntax']],
    ['- ? name\n   : tenant-a\n', ['document-syntax']],
    ['- ? |-\n    name\n   : tenant-a\n', ['document-syntax']],
    ['name\n : tenant-a\n', ['document-syntax']],
    ['- {name: tenant-a', ['document-syntax']],
    ['[,]', ['document-syntax']],
    ['[]]', ['document-syntax']],
    ['- name: @tenant', ['document-syntax']],
    ['- name: "\\q"', ['document-syntax']],
    ['- name: !e!x tenant-a', ['document-syntax']],
    ['- name: tenant-a\u0000', ['document-syntax']],
    ['# \u001b[2J\n[]', ['document-syntax']],
    ['# \u007f\n[]', ['document-syntax']],
    ['- name: tenant-a\r- name: tenant-b\r', ['document-syntax']],
    ['# \ud800\n[]', ['document-syntax']],
  ],
  'is no list': [
    ['', ['document-type']],
    [' \n# nothing\n', ['document-type']],
    ['---\n...\n', ['document-type']],
    ['~', ['document-type']],
    ['{}', ['document-type']],
    ['tenant-a', ['document-type']],
    ['"[]"', ['document-type']],
    [' \ufeff[]', ['document-type']],
    ['*a', ['document-type']],
  ],
  'uses what plain YAML does without': [
    ['&all []', ['yaml-feature']],
    ['!!seq []', ['yaml-feature']],
    ['- &a name: tenant-a', ['yaml-feature']],
    ['- name: &a tenant-a', ['yaml-feature']],
    ['- name: ! tenant-a', ['yaml-feature']],
    ['- name: !<tag:yaml.org,2002:str> tenant-a', ['yaml-feature']],
    ['- !!map {name: tenant-a}', ['yaml-feature']],
    ['- !!str name: tenant-a', ['yaml-feature']],
    ['- name: tenant-a\n  gateway: *none', ['yaml-feature']],
    ['- &a [*a]', ['yaml-feature', 'yaml-feature', 'wrong-type']],
    ['- name: tenant-a\n  <<: {gateway: {}}', ['yaml-feature']],
    ['- name: tenant-a\n  "<<": {}', ['key-unknown']],
  ],
  'has keys that it may not have': [
    ['- name: tenant-a\n  name: tenant-b', ['key-duplicate']],
    ['- {name: tenant-a, "n\\x61me": tenant-b}', ['key-duplicate']],
    ['- name: tenant-a\n  x: 1\n  x: 2', ['key-unknown', 'key-duplicate']],
    ['- name: tenant-a\n  __proto__: {name: tenant-b}', ['key-unknown']],
    ['- name: tenant-a\n  Gateway: {}', ['key-unknown']],
    ['- name: tenant-a\n  "": x', ['key-unknown']],
    ['- name: tenant-a\n  ~: x', ['key-type']],
    ['- {name: tenant-a, [name]: x}', ['key-type']],
    ['- ? {name: x}\n  : x\n  name: tenant-a', ['key-type']],
    ['- name: tenant-a\n  0x1: x', ['key-type']],
  ],
  'has values of other types': [
    ['- name: 1', ['wrong-type']],
    ['- name: 1.10', ['wrong-type']],
    ['- name: 0o17', ['wrong-type']],
    ['- name: 0x1f', ['wrong-type']],
    ['- name: .inf', ['wrong-type']],
    ['- name: true', ['wrong-type']],
    ['- name: no', ['wrong-type']],
    ['- name: ~', ['wrong-type']],
    ['- name: [tenant-a]', ['wrong-type']],
    ['- {}', ['name-missing']],
    ['-', ['wrong-type']],
    ['- name: tenant-a\n  gateway:', ['wrong-type']],
    ['- name: tenant-a\n  gateway: []', ['wrong-type']],
    ['- name: tenant-a\n  gateway: {image: , config: 1}', ['wrong-type', 'wrong-type']],
    ['- name: tenant-a\n  gateway: {serverDnsNames: [1, ~, [], {}]}', Array(4).fill('wrong-type')],
    ['- name: "no"', ['name-prefix']],
    ['- name: 1.2.3.4', ['name-malformed']],
    ['- name: |\n    tenant-a\n', ['name-malformed']],
  ],
}

for (const [title, list] of Object.entries(documents)) {
  for (const [text, origins] of list) {
    test(`${JSON.stringify(text)} ${title}`, () => {
      const { found } = askPlatformConfig({ text })

      assert.deepEqual(
        found.map((line) => line.slice(line.lastIndexOf(' ') + 1)),
        origins,
      )
    })
  }
}

test('every fault stands at its path, as far as a path can be written', () => {
  const text = `
- name: tenant-a
  "a b\\e": &x 1
  2: x
  gateway:
    serverDnsNames: {x: [!t y]}
    ${'k'.repeat(70)}: 1
`

  const { found } = askPlatformConfig({ text })

  assert.deepEqual(found, [
    'data.namespaces[0][…]: yaml-feature',
    'data.namespaces[0].gateway.serverDnsNames.x[0]: yaml-feature',
    'data.namespaces[0][…]: key-unknown',
    'data.namespaces[0].2: key-type',
    'data.namespaces[0].gateway[…]: key-unknown',
    'data.namespaces[0].gateway.serverDnsNames: wrong-type',
  ])
})

test('only data.namespaces is read, and it must be text', () => {
  assert.deepEqual(askPlatformConfig({}).found, ['data.namespaces: document-missing'])
  for (const text of [null, 1, true, ['[]'], { namespaces: '[]' }]) {
    assert.deepEqual(askPlatformConfig({ text }).found, ['data.namespaces: document-missing'])
  }
})

// Each would take seconds, a stack or gigabytes if it were read to the end.
const floods: Readonly<Record<string, string>> = {
  'opening brackets': '['.repeat(5000),
  'nested lists': '['.repeat(1000) + ']'.repeat(1000),
  dashes: '- '.repeat(5000),
  'explicit keys': '? '.repeat(5000),
  commas: `[${','.repeat(200_000)}]`,
  'texts without commas': `[${'"a"'.repeat(60_000)}]`,
  numbers: `[${'1,'.repeat(400_000)}]`,
  documents: '---\n'.repeat(100_000),
  directives: '%a\n'.repeat(100_000),
  'more than a ConfigMap holds': `- "${'x'.repeat(1024 * 1024)}"`,
}

for (const [name, text] of Object.entries(floods)) {
  test(`a flood of ${name} is refused as one fault`, () => {
    assert.deepEqual(askPlatformConfig({ text }).found, ['data.namespaces: document-syntax'])
  })
}

test('a list of aliases to lists of aliases is not expanded', () => {
  const lines = 'abcdefghi'.split('').map((name, at) => {
    const item = at === 0 ? 'x' : `*${'abcdefghi'.charAt(at - 1)}`
    return `- &${name} [${Array(9).fill(item).join(', ')}]\n`
  })

  const { code, found } = askPlatformConfig({ text: lines.join('') })

  assert.equal(code, 422)
  assert.equal(found.length, 90)
})

test('of a thousand unknown keys the first ones are reported', () => {
  const keys = Array.from({ length: 3000 }, (_, index) => `  k${index}: x\n`)

  const { found } = askPlatformConfig({ text: `- name: tenant-a\n${keys.join('')}` })

  assert.equal(found.length, 1000)
  assert.equal(found[0], 'data.namespaces[0].k0: key-unknown')
})

test('of more than a thousand faulty entries each keeps its first fault, and what is stored stays excused', () => {
  const stored = `- {x: 1, y: 1}\n`.repeat(1200)

  const added = askPlatformConfig({ stored, text: `${stored}- {z: 1}\n- name: kube-system\n` })

  assert.deepEqual(added.found, ['data.namespaces[1200].z: key-unknown', 'data.namespaces[1201].name: name-prefix'])
  assert.equal(askPlatformConfig({ stored, text: `${stored}- name: tenant-a\n` }).code, 200)
})
