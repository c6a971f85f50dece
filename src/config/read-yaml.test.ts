import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readYaml } from './read-yaml.ts'

const refused = [
  ['an empty file', '', ['is empty; write {} to take every default']],
  ['a comment alone', '# nothing\n', ['is empty; write {} to take every default']],
  ['a lone null', 'null\n', ['is empty; write {} to take every default']],
  ['an empty document', '---\n', ['is empty; write {} to take every default']],
  ['a second document', 'a: 1\n---\nb: 1\n', ['line 2, column 1: must be one document; a second one begins here']],
  ['an empty second document', 'a: 1\n---\n', ['line 2, column 1: must be one document; a second one begins here']],
  ['a duplicate key', 'a: 1\nb:\n  c: 1\n  c: 2\n', ['line 4, column 3: `b.c`: is a duplicate key']],
  ['a duplicate key in other writing', 'a: 1\n"\\u0061": 2\n', ['line 2, column 1: `a`: is a duplicate key']],
  ['an anchor', 'a: &x 1\n', ['line 1, column 7: `a`: anchors are not allowed']],
  ['an anchor on the whole file', '&x {a: 1}', ['line 1, column 4: anchors are not allowed']],
  ['an anchor on a key', '&x a: 1', ['line 1, column 4: anchors are not allowed']],
  [
    'an alias',
    'a: &x [1]\nb: [2, *x]\n',
    [
      'line 1, column 7: `a`: anchors are not allowed',
      'line 2, column 8: `b[1]`: aliases are not allowed; write the value out',
    ],
  ],
  [
    'a merge key',
    'a:\n  <<: {b: 1}\n',
    ["line 2, column 3: `a`: merge keys ('<<') are not allowed; write the values out"],
  ],
  ['a standard tag', 'a: !!str 1\n', ['line 1, column 10: `a`: tags are not allowed; write plain YAML']],
  ['a local tag', 'a: !include x.yaml\n', ['line 1, column 13: `a`: tags are not allowed; write plain YAML']],
  ['a tag on an empty file', '!!null', ['line 1, column 7: tags are not allowed; write plain YAML']],
  ['a tag on a key', '!!str a: 1', ['line 1, column 7: tags are not allowed; write plain YAML']],
  ['a number as key', '1: x\n', ['line 1, column 1: keys must be text, not 1']],
  ['a null key', '? \n: x\n', ['line 1, column 3: keys must be text, not null']],
  ['a list as key', '? [a]\n: x\n', ['line 1, column 3: keys must be text, not a list']],
  [
    'another YAML version',
    '%YAML 1.1\n---\na: off\n',
    ['line 1, column 1: directives (lines that begin with %) are not allowed'],
  ],
  [
    'a tag directive',
    '%TAG !e! tag:x,2000:\n---\na: 1\n',
    ['line 1, column 1: directives (lines that begin with %) are not allowed'],
  ],
  [
    'an unknown directive',
    '%FOO\n---\na: 1\n',
    ['line 1, column 1: directives (lines that begin with %) are not allowed'],
  ],
] as const

for (const [what, text, faults] of refused)
  test(`${what} is refused`, () => {
    const reading = readYaml(text)

    assert.deepEqual(
      reading.faults.map((fault) => (fault.where === '' ? fault.text : `${fault.where}: ${fault.text}`)),
      faults,
    )
  })

for (const text of ['a: [', 'a: {b: 1', 'a: "', '}{', 'a: b: c', 'a:\n\tb: 1', '@', 'a: *missing', '- a\nb: 1'])
  test(`${JSON.stringify(text)} is refused with its line and column`, () => {
    const { faults } = readYaml(text)

    assert.notEqual(faults.length, 0)
    for (const { where } of faults) assert.match(where, /^line \d+, column \d+$/)
  })

test('everything that is refused in a well-formed file is told at once, in its order', () => {
  const { faults } = readYaml('b: &x 1\na: *x\n1: 2\nb: 3\nc: !t 4\n')

  assert.deepEqual(
    faults.map(({ where }) => where),
    ['line 1, column 7', 'line 2, column 4', 'line 3, column 1', 'line 4, column 1', 'line 5, column 7'],
  )
})

test('values are those of YAML 1.2: yes, no, on and off are text', () => {
  const { value, faults } = readYaml('a: [yes, no, on, off, true, ~, 0o17, 017, 1e3, "1", 2001-01-01]')

  assert.deepEqual(faults, [])
  assert.deepEqual(value, { a: ['yes', 'no', 'on', 'off', true, null, 15, 17, 1000, '1', '2001-01-01'] })
})

test('JSON and CRLF line ends are YAML, too', () => {
  assert.deepEqual(readYaml('{"a": {"b": [1, null]}}').value, { a: { b: [1, null] } })
  assert.deepEqual(readYaml('a: 1\r\nb: 2\r\n').value, { a: 1, b: 2 })
})

test('keys of the language are ordinary keys and change no prototype', () => {
  const { value } = readYaml('__proto__: {polluted: 1}\nconstructor: 1\ntoString: 2')

  assert.ok(typeof value === 'object' && value !== null)
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor', 'toString'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})

const bombs = {
  'a thousand laughs': `a: &a [x]\n${Array.from({ length: 30 }, (_, at) => `k${at}: [${'*a, '.repeat(30)}]`).join('\n')}`,
  'aliases of aliases': 'a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\n',
  'an alias of itself': 'a: &a [*a]',
  'a thousand open brackets': '['.repeat(1000),
  'ten thousand open braces': '{a: '.repeat(10_000),
  'ten thousand nested lists': '- '.repeat(10_000),
  'ten thousand nested keys': '? '.repeat(10_000),
  'lists nested deeper than any configuration': `a: ${'['.repeat(100)}${']'.repeat(100)}`,
}

for (const [what, text] of Object.entries(bombs))
  test(`${what} is refused and never a crash`, () => {
    const { faults } = readYaml(text)

    assert.notEqual(faults.length, 0)
  })
