import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  askGuard,
  askPlatformConfig,
  platformDeletion,
  platformInput,
  type Question,
} from '../../../test/support/platform-config.ts'

const acknowledged = { 'gatehouse.dev/allow-removal': 'true' }
const tenants = ['tenant-a', 'tenant-b', 'tenant-acme', 'tenant-plain', 'tenant-b-dev']
const broken = '- name: {'

function listOf(...names: readonly string[]): string {
  return names.map((name) => `- name: ${name}\n`).join('')
}

function entry(name: string, gateway: string): string {
  return `- name: ${name}\n  gateway: {${gateway}}\n`
}

const foreign = entry('tenant-a', 'image: "quay.io/a/b:1"')

// Stored names, how many of the first are kept, and whether the update needs the annotation.
const removals = [
  [1, 0, false],
  [2, 1, false],
  [2, 0, true],
  [3, 2, false],
  [3, 1, true],
  [4, 2, false],
  [4, 1, true],
  [5, 3, false],
  [5, 2, true],
] as const

for (const [total, kept, isRefused] of removals) {
  const stored = listOf(...tenants.slice(0, total))
  const text = kept === 0 ? '[]' : listOf(...tenants.slice(0, kept))

  test(`an update may ${isRefused ? 'not ' : ''}remove ${total - kept} of ${total}`, () => {
    const { code, found, warnings } = askPlatformConfig({ text, stored })

    assert.deepEqual(
      { code, found },
      isRefused ? { code: 403, found: ['data.namespaces: removal'] } : { code: 200, found: [] },
    )
    for (const name of tenants.slice(kept, total)) assert.ok(isRefused || warnings.join().includes(`"${name}"`))
  })

  test(`it may remove ${total - kept} of ${total} with the annotation`, () => {
    const { code, warnings } = askPlatformConfig({ text, stored, annotations: acknowledged })

    assert.equal(code, 200)
    for (const name of tenants.slice(kept, total)) assert.ok(warnings.join().includes(`"${name}"`))
  })
}

test('new entries do not make up for those that go, and a new name is one that goes', () => {
  const stored = listOf('tenant-a', 'tenant-b', 'tenant-acme')

  assert.equal(askPlatformConfig({ stored, text: listOf('tenant-a', 'tenant-plain', 'tenant-b-dev') }).code, 403)
  assert.equal(askPlatformConfig({ stored, text: listOf('tenant-a', 'tenant-b', 'tenant-plain') }).code, 200)
})

test('a tenant that stood twice and stands once is not removed', () => {
  const { code, warnings } = askPlatformConfig({
    stored: listOf('tenant-a', 'tenant-a', 'tenant-b'),
    text: listOf('tenant-a', 'tenant-b'),
  })

  assert.deepEqual({ code, warnings }, { code: 200, warnings: [] })
})

for (const annotations of [{}, { 'gatehouse.dev/allow-removal': 'True' }, { 'allow-removal': 'true' }]) {
  test(`${JSON.stringify(annotations)} acknowledges nothing`, () => {
    assert.equal(askPlatformConfig({ stored: listOf('tenant-a', 'tenant-b'), text: '[]', annotations }).code, 403)
  })
}

test('the annotation excuses nothing but the removal', () => {
  const { code, found } = askPlatformConfig({
    stored: listOf(...tenants),
    text: '- name: x',
    annotations: acknowledged,
  })

  assert.deepEqual({ code, found }, { code: 403, found: ['data.namespaces[0].name: name-prefix'] })
})

test('of many removed tenants twenty are named and the others counted', () => {
  const names = Array.from({ length: 60 }, (_, index) => `tenant-n${index}`)
  const input = platformInput({ stored: listOf(...names), text: listOf(...names.slice(25)) })

  const { warnings } = askGuard(input)

  const text = warnings.join('\n')
  assert.equal(names.filter((name) => text.includes(`"${name}"`)).length, 20)
  assert.match(text, /removed: 5 more/)
})

test('what nobody can read may only give way to a list that is not empty', () => {
  for (const stored of [broken, '', '{}', undefined]) {
    assert.deepEqual(askPlatformConfig({ stored, text: '[]' }).found, ['data.namespaces: removal'])
    assert.equal(askPlatformConfig({ stored, text: '[]', annotations: acknowledged }).code, 200)
    assert.equal(askPlatformConfig({ stored, text: listOf('tenant-a') }).code, 200)
    assert.equal(askPlatformConfig({ stored, text: '- name: [' }).code, 422)
  }
})

test('an empty list needs the annotation where a stored entry does not tell its tenant', () => {
  const unknown = ['- {}', '- *none', '- {<<: {name: tenant-a}}', '- name: 1', '-', '- name: tenant-a\n- gateway: {}']
  for (const stored of unknown) {
    assert.deepEqual(askPlatformConfig({ stored, text: '[]' }).found, ['data.namespaces: removal'])
    assert.equal(askPlatformConfig({ stored, text: '[]' }).code, 403)
    assert.equal(askPlatformConfig({ stored, text: '[]', annotations: acknowledged }).code, 200)
    assert.equal(askPlatformConfig({ stored, text: listOf('tenant-a') }).code, 200)
  }
})

test('a document that stays as it is passes with a warning, readable or not', () => {
  for (const text of [broken, '', undefined, '&a []', foreign, '- &a {name: tenant-a}\n- *a']) {
    const { code, warnings } = askPlatformConfig({ stored: text, text, annotations: acknowledged })

    assert.equal(code, 200)
    assert.notDeepEqual(warnings, [])
  }
})

test('an entry that stays as it is passes with one warning that names its tenant', () => {
  const gateway = 'image: "quay.io/a/b", serverDnsNames: [b.example.org]'
  const stored = entry('tenant-a', gateway)
  const written = `# moved\n${listOf('tenant-b')}- gateway:\n    serverDnsNames: ["b.example.org"]\n    image: quay.io/a/b\n  "name": tenant-a\n`

  const { code, warnings } = askPlatformConfig({ stored, text: written })

  assert.equal(code, 200)
  assert.equal(warnings.length, 1)
  assert.match(warnings.join(), /"tenant-a".*\(and 2 more\); kept/)
})

// Values that are no text, and whether they mean the same.
const respelled: readonly (readonly [string, string, boolean])[] = [
  ['true', 'True', true],
  ['FALSE', 'false', true],
  ['true', 'false', false],
  ['yes', 'on', false],
  ['true', '"true"', false],
  ['16', '0x10', true],
  ['16', '0o20', true],
  ['16', '+16.0', true],
  ['16', '17', false],
  ['16', '"16"', false],
  ['.5', '5e-1', true],
  ['.inf', '+.INF', true],
  ['.inf', '-.inf', false],
  ['.nan', '.NaN', true],
  ['9007199254740993', '9007199254740992', false],
  ['~', 'null', true],
]

for (const [before, after, isSame] of respelled) {
  test(`${before} ${isSame ? 'is' : 'is not'} stored where ${after} is written`, () => {
    const { code } = askPlatformConfig({
      stored: entry('tenant-a', `x: ${before}`),
      text: `# moved\n${entry('tenant-a', `x: ${after}`)}`,
    })

    assert.equal(code, isSame ? 200 : 422)
  })
}

// Stored, written, and what is refused.
const changed: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    'another part of the entry',
    foreign,
    entry('tenant-a', 'image: "quay.io/a/b:1", serverDnsNames: []'),
    ['image-not-allowed'],
  ],
  ['the tenant of the entry', foreign, foreign.replace('tenant-a', 'tenant-b'), ['image-not-allowed']],
  ['a copy of the entry', foreign, foreign + foreign, ['image-not-allowed', 'name-duplicate']],
  ['an anchor on the entry', foreign, foreign.replace('- ', '- &a '), ['yaml-feature', 'image-not-allowed']],
  [
    'the order of a list',
    entry('tenant-a', 'serverDnsNames: [b.example.org, localhost]'),
    entry('tenant-a', 'serverDnsNames: [localhost, b.example.org]'),
    ['dns-name-foreign'],
  ],
  [
    'what an alias points to',
    '- &a {name: tenant-a}\n- *a',
    '- &a {name: tenant-b}\n- *a',
    ['yaml-feature', 'yaml-feature'],
  ],
]

for (const [what, stored, text, origins] of changed) {
  test(`nothing is excused once an update changes ${what}`, () => {
    const { found } = askPlatformConfig({ stored, text })

    assert.deepEqual(
      found.map((line) => line.slice(line.lastIndexOf(' ') + 1)),
      origins,
    )
  })
}

test('a new entry for a stored tenant is the duplicate, wherever it stands', () => {
  const stored = listOf('tenant-a')

  const { found } = askPlatformConfig({ stored, text: entry('tenant-a', 'serverDnsNames: []') + stored })

  assert.deepEqual(found, ['data.namespaces[0].name: name-duplicate'])
})

// Stored and written gateway of tenant-a beside an unchanged tenant-b, and what the only warning says.
const changes: readonly (readonly [string, string, RegExp | undefined])[] = [
  ['', 'image: "ghcr.io/nvidia/openshell/a:1"', /image.*"tenant-a".*restart/],
  [
    'image: "ghcr.io/nvidia/openshell/a:1"',
    'image: "ghcr.io/nvidia/openshell/a:1@sha256:' + '0'.repeat(64) + '"',
    /restart/,
  ],
  ['', 'config: "openshell.gateway.log_level = \'info\'"', /config.*"tenant-a".*restart/],
  ['config: "openshell.gateway.log_level = \'info\'"', '', /config.*"tenant-a".*restart/],
  [
    'config: "openshell.gateway.log_level = \'info\'"',
    'config: "[openshell]\\ngateway.log_level = \\"info\\" # same"',
    undefined,
  ],
  ['', 'config: "# nothing"', undefined],
  ['config: 1', '', /config.*"tenant-a".*restart/],
  ['config: 1', 'config: ""', /config.*"tenant-a".*restart/],
  ['config: *none', '', /config.*"tenant-a".*restart/],
  ['image: [x]', '', /image.*"tenant-a".*restart/],
  ['image: 1', 'image: "ghcr.io/nvidia/openshell/a:1"', /image.*"tenant-a".*restart/],
  ['', 'serverDnsNames: []', undefined],
  ['', 'serverDnsNames: [localhost]', /"tenant-a".*certificate/],
  ['serverDnsNames: [localhost, "::1"]', 'serverDnsNames: ["0:0:0:0:0:0:0:1", localhost]', undefined],
  ['serverDnsNames: [localhost, "::1"]', 'serverDnsNames: ["::1"]', /"tenant-a".*certificate/],
]

for (const [before, after, expected] of changes) {
  test(`{${before.slice(0, 40)}} to {${after.slice(0, 40)}} ${expected === undefined ? 'needs no warning' : 'is announced'}`, () => {
    const question: Question = {
      stored: entry('tenant-a', before) + listOf('tenant-b'),
      text: listOf('tenant-b') + entry('tenant-a', after),
    }

    const { code, warnings } = askPlatformConfig(question)

    assert.equal(code, 200)
    assert.equal(warnings.length, expected === undefined ? 0 : 1)
    if (expected !== undefined) assert.match(warnings.join(), expected)
    assert.doesNotMatch(warnings.join(), /tenant-b/)
  })
}

test('a namespace that does not exist is announced for new tenants only', () => {
  const stored = listOf('tenant-x')

  assert.match(askPlatformConfig({ text: stored }).warnings.join(), /"tenant-x"/)
  assert.deepEqual(askPlatformConfig({ stored, text: `${stored}# same` }).warnings, [])
  assert.match(askPlatformConfig({ stored, text: listOf('tenant-x', 'tenant-y') }).warnings.join(), /"tenant-y"/)
})

test('only a literal empty list may be deleted without the annotation', () => {
  for (const text of [listOf('tenant-a'), broken, '', 'null', '&a []', '!!seq []', undefined]) {
    const refused = askGuard(platformDeletion({ text }))
    const allowed = askGuard(platformDeletion({ text, annotations: acknowledged }))

    assert.deepEqual(refused.found, ['data.namespaces: deletion'])
    assert.equal(refused.code, 403)
    assert.deepEqual(refused.namespaces, ['gatehouse-system'])
    assert.equal(allowed.code, 200)
    assert.match(allowed.warnings.join(), /removes no gateway/)
  }
  assert.deepEqual(askGuard(platformDeletion({ text: '[] # none' })), {
    code: 200,
    found: [],
    warnings: [],
    namespaces: [],
  })
})

test('while the platform namespace goes, so may the ConfigMap', () => {
  const input = platformDeletion({ text: broken, terminating: ['gatehouse-system'] })

  assert.deepEqual(askGuard(input).found, [])
  assert.deepEqual(askGuard(input).warnings, [])
})

test('a refused update is not told what it would change', () => {
  const stored = entry('tenant-a', 'image: ghcr.io/nvidia/openshell/a:1')

  const { code, warnings } = askPlatformConfig({ stored, text: entry('tenant-a', 'image: quay.io/a:1') })

  assert.deepEqual({ code, warnings }, { code: 403, warnings: [] })
})
