import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { hasDuplicateKeys } from './duplicate-keys.ts'

const found = {
  'at the top': '{"a":1,"a":1}',
  'deep inside': '{"a":[{"b":{"c":1,"d":2,"c":3}}]}',
  'spelled with an escape': '{"a":1,"\\u0061":2}',
  'named __proto__': '{"__proto__":1,"__proto__":2}',
  'that are empty': '{"":1,"":2}',
  'beside strings that look like members': '{"a":"\\"a\\":","b\\\\":":","a":1}',
}

for (const [where, text] of Object.entries(found)) {
  test(`finds duplicate keys ${where}`, () => {
    assert.equal(hasDuplicates(text), true)
  })
}

const none = {
  'one name in two objects': '{"a":{"a":1},"b":{"a":2}}',
  'colons and quotes in strings': '{"a":"b:\\"c\\":d\\\\","e:f":":"}',
  '__proto__ and constructor': '{"__proto__":{"a":1},"constructor":{"a":1}}',
  'numbers as names': '{"1":1,"01":2,"0":[{},{},[]]}',
  'letters beyond ASCII': '{"ü:":"ʺ:","日本":":"}',
  'no object at all': '[":",1,null,"\\\\"]',
}

for (const [what, text] of Object.entries(none)) {
  test(`finds nothing in ${what}`, () => {
    assert.equal(hasDuplicates(text), false)
  })
}

test('finds nothing in what JSON.stringify writes, and one member said twice anywhere', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, name) => {
      const text = JSON.stringify(value, null, 1)
      const member = `${JSON.stringify(name)} : ${text}`

      assert.equal(hasDuplicates(text), false)
      assert.equal(hasDuplicates(`[${text}, { ${member} }]`), false)
      assert.equal(hasDuplicates(`[${text}, { ${member}, ${member} }]`), true)
    }),
  )
})

function hasDuplicates(text: string): boolean {
  return hasDuplicateKeys(Buffer.from(text), JSON.parse(text))
}
