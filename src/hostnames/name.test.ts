import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import {
  explainNameFault,
  foldCase,
  inApex,
  isApex,
  isLabel,
  isName,
  isWildcard,
  labelCount,
  nameFault,
  parentOf,
  type NameFault,
} from './name.ts'

const label63 = 'a'.repeat(63)
const name253 = `${`${label63}.`.repeat(3)}${'b'.repeat(61)}`

const names = [
  'a',
  'example.org',
  'EXAMPLE.org',
  '*.example.org',
  '1.2.3.4.alice.example.org',
  '0x7f.1',
  '1.2.3',
  '*.1.2.3.4',
  'xn--lice-43d.example.org',
  `${label63}.org`,
  name253,
]
for (const name of names) {
  test(`${name.slice(0, 40)} is a DNS name`, () => {
    assert.equal(nameFault(name), undefined)
  })
}

const faults: readonly [unknown, NameFault][] = [
  [42, 'not-text'],
  [null, 'not-text'],
  [undefined, 'not-text'],
  [['a.org'], 'not-text'],
  ['', 'empty'],
  ['*', 'wildcard'],
  ['*.', 'wildcard'],
  ['*a.org', 'wildcard'],
  ['*.*.a.org', 'wildcard'],
  ['a.*.org', 'wildcard'],
  ['web*.a.org', 'wildcard'],
  ['a.org.', 'trailing-dot'],
  ['.', 'label-empty'],
  ['.a.org', 'label-empty'],
  ['a..org', 'label-empty'],
  ['-a.org', 'label-hyphen'],
  ['a-.org', 'label-hyphen'],
  ['a.-', 'label-hyphen'],
  [`a${label63}.org`, 'label-too-long'],
  [`${name253}c`, 'too-long'],
  ['a_b.org', 'character'],
  ['a.org:443', 'character'],
  ['https://a.org', 'character'],
  ['a.org/x', 'character'],
  [' a.org', 'character'],
  ['a.org\n', 'character'],
  ['a\u0000.org', 'character'],
  ['\u212a8s.org', 'character'],
  ['\u0130.org', 'character'],
  ['a\u3002org', 'character'],
  ['\ud800.org', 'character'],
  ['[::1]', 'character'],
  ['10.0.0.1', 'address'],
  ['999.0.0.1', 'address'],
]
for (const [value, fault] of faults) {
  test(`${JSON.stringify(value)?.slice(0, 40)} is no DNS name: ${fault}`, () => {
    assert.equal(nameFault(value), fault)
    assert.match(explainNameFault(fault), /^must be a DNS name/)
  })
}

test('an apex is a name without a wildcard', () => {
  assert.equal(isApex('example.org'), true)
  assert.equal(isApex('*.example.org'), false)
  assert.equal(isApex(''), false)
})

test('a label is lower case, 1 to 63 characters, without outer hyphens', () => {
  for (const label of ['a', 'tenant-alice', '0', label63]) assert.equal(isLabel(label), true, label)
  for (const label of ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'a,b', `${label63}a`, 7]) assert.equal(isLabel(label), false)
})

test('folding touches A to Z and nothing else', () => {
  assert.equal(foldCase('Case-Probe.EXAMPLE.org'), 'case-probe.example.org')
  assert.equal(foldCase('\u212a\u0130\u00c4Z'), '\u212a\u0130\u00c4z')
})

test('a name is in an apex that it equals or lies below, and nowhere else', () => {
  const apex = 'alice.example.org'

  for (const name of [apex, `a.${apex}`, `*.${apex}`, `*.b.a.${apex}`]) assert.equal(inApex(name, apex), true, name)
  for (const name of [
    'example.org',
    `evil${apex}`,
    `${apex}.evil.net`,
    '*.example.org',
    '',
    'org',
    `.${apex}`.slice(2),
  ]) {
    assert.equal(inApex(name, apex), false, name)
  }
})

test('parents and labels are counted by dots', () => {
  assert.equal(parentOf('a.b.org'), 'b.org')
  assert.equal(parentOf('org'), undefined)
  assert.equal(labelCount('*.b.org'), 3)
  assert.equal(isWildcard('*.b.org'), true)
})

test('every domain of RFC 1034 is a name, and folding it twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.domain(), (name) => {
      assert.equal(isName(name), true)
      assert.equal(foldCase(foldCase(name)), foldCase(name))
      assert.equal(inApex(foldCase(`x.${name}`), foldCase(name)), true)
      assert.equal(inApex(foldCase(`x${name}`), foldCase(name)), false)
    }),
  )
})

test('any value is a name or has one fault, and a name holds only what DNS allows', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (value) => {
      if (isName(value)) assert.match(value, /^[A-Za-z0-9.*-]{1,253}$/)
    }),
  )
})
