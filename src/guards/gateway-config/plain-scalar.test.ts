import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import { isScalar, parseDocument } from 'yaml'

import { plainTypeOf } from './plain-scalar.ts'

const booleansOf11 = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/

test('a plain scalar is what the core schema of YAML 1.2 makes of it', () => {
  const odd = ['', '~', 'null', 'Null', 'nul', 'true', 'TRUE', 'tRue', '.inf', '-.INF', '+.inf', '.nan', '.NaN', '0o17']
  const numbers = [
    '0o8',
    '0x1F',
    '0xg',
    '0X1F',
    '0b1',
    '1e3',
    '1e',
    '.5',
    '5.',
    '.',
    '-',
    '+1',
    '1_0',
    '1.2.3',
    '-.5e+3',
    '007',
  ]
  const drawn = fc.oneof(fc.constantFrom(...odd, ...numbers), fc.stringMatching(/^[-+.0-9a-fA-FxoeE_]{1,8}$/))
  fc.assert(
    fc.property(drawn, (source) => {
      const document = parseDocument(`x: ${source}`)
      const node: unknown = document.get('x', true)
      fc.pre(document.errors.length === 0 && isScalar(node) && node.type === 'PLAIN' && node.source === source)
      fc.pre(!booleansOf11.test(source))

      const expected = node.value === null ? 'null' : typeof node.value === 'string' ? 'text' : typeof node.value

      assert.equal(plainTypeOf(source), expected)
    }),
    { numRuns: 2000 },
  )
})

test('what YAML 1.1 takes for a boolean is no text either', () => {
  for (const word of ['y', 'Yes', 'ON', 'n', 'no', 'Off']) assert.equal(plainTypeOf(word), 'boolean')
  for (const word of ['yEs', 'none', 'not', 'offer']) assert.equal(plainTypeOf(word), 'text')
})
