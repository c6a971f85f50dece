import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError } from './config-error.ts'
import { parseConfig } from './load.ts'

function assertLoadsOrConfigError(bytes: Uint8Array): void {
  try {
    parseConfig(bytes, 'x.yaml', {})
  } catch (error) {
    assert.ok(error instanceof ConfigError, `threw ${String(error)}`)
    assert.notEqual(error.faults.length, 0)
    assert.match(error.message, /^[\x20-\x7e\n…]*$/)
  }
}

const yamlLike = fc.array(
  fc.constantFrom(
    'settings',
    'guards',
    'log',
    'a',
    ': ',
    ':',
    '- ',
    '\n',
    '  ',
    '[',
    ']',
    '{',
    '}',
    '&x ',
    '*x',
    '<<',
    '!t ',
    '"',
    "'",
    '|',
    '>',
    '%',
    '#',
    ',',
    '? ',
    '---',
    '...',
    '\t',
    '1',
    'off',
    'null',
    '__proto__',
    '\0',
    '\u001b',
    '\r',
  ),
  { maxLength: 60 },
)

test('arbitrary bytes and text load or are refused, nothing else', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), assertLoadsOrConfigError))
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => assertLoadsOrConfigError(Buffer.from(text))),
  )
  fc.assert(
    fc.property(yamlLike, (parts) => assertLoadsOrConfigError(Buffer.from(parts.join('')))),
    { numRuns: 1000 },
  )
})

test('arbitrary values under known keys load or are refused, nothing else', () => {
  const block = fc.dictionary(
    fc.constantFrom(
      'mode',
      'template',
      'source',
      'path',
      'port',
      'certificate',
      'profile',
      'rootHost',
      'trustedUsers',
      'apiServer',
      'level',
      'openshell',
      'route-hostname',
    ),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const file = fc.dictionary(
    fc.constantFrom('settings', 'guards', 'mutators', 'facts', 'server', 'tls', 'controller', 'cluster', 'log'),
    fc.oneof(block, fc.jsonValue({ maxDepth: 2 })),
  )

  fc.assert(
    fc.property(file, (value) => assertLoadsOrConfigError(Buffer.from(JSON.stringify(value)))),
    { numRuns: 500 },
  )
})
