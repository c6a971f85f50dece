import assert from 'node:assert/strict'
import { isIPv4, isIPv6 } from 'node:net'
import { test } from 'node:test'

import fc from 'fast-check'

import { parseAddress } from './ip-address.ts'

// Two spellings of one address.
const equal = [
  ['::1', '0:0:0:0:0:0:0:1'],
  ['2001:DB8::', '2001:0db8:0:0:0:0:0:0'],
  ['::ffff:10.0.0.2', '::ffff:a00:2'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['::', '0::0'],
] as const

for (const [left, right] of equal) {
  test(`${left} and ${right} are one address`, () => {
    assert.notEqual(parseAddress(left), undefined)
    assert.deepEqual(parseAddress(left), parseAddress(right))
  })
}

test('an IPv4 address is not its IPv6-mapped form', () => {
  assert.notDeepEqual(parseAddress('10.0.0.2'), parseAddress('::ffff:10.0.0.2'))
})

const refused = ['', '1.2.3', '1.2.3.4.5', '1.2.3.04', '256.1.1.1', '1.2.3.4/8', '0x7f.0.0.1', '1.2.3.+4']
const refused6 = ['[::1]', '::1%eth0', '::1/64', '1::2::3', ':::', '1:2', '1:2:3:4:5:6:7:8::', '12345::', '::1.2.3.04']

for (const text of [...refused, ...refused6]) {
  test(`${JSON.stringify(text)} is no address`, () => {
    assert.equal(parseAddress(text), undefined)
  })
}

test('it reads what the platform reads, zones aside', () => {
  const candidate = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.stringMatching(/^[0-9a-fA-F:.]{1,24}$/),
    fc.array(fc.constantFrom('', '0', '1', 'ffff', '1.2.3.4', '01'), { maxLength: 10 }).map((parts) => parts.join(':')),
  )
  fc.assert(
    fc.property(candidate, (text) => {
      const version = isIPv4(text) ? 4 : isIPv6(text) ? 6 : undefined

      assert.equal(parseAddress(text)?.version, version)
    }),
    { numRuns: 1000 },
  )
})
