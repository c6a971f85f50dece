import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteSize, Duration, PositiveDuration } from './units.ts'

const durations = [
  ['0s', 0],
  ['250ms', 250],
  ['30s', 30_000],
  ['5m', 300_000],
  ['90m', 5_400_000],
  ['1h', 3_600_000],
  ['2160h', 7_776_000_000],
] as const

for (const [text, milliseconds] of durations)
  test(`the duration ${text} is ${milliseconds} milliseconds`, () => assert.equal(Duration.parse(text), milliseconds))

for (const value of ['', '5', 'h', '1.5h', '-1h', '1h ', ' 1h', '1H', '1h30m', '1d', '1h\n', '1234567890s', 5, null])
  test(`${JSON.stringify(value)} is no duration`, () => {
    const { error } = Duration.safeParse(value)

    assert.match(error?.issues[0]?.message ?? '', /^must be a number and a unit \(ms, s, m or h\)/)
  })

test('a duration that must be positive is not zero', () => {
  const messages = ['0s', '0h'].map((text) => PositiveDuration.safeParse(text).error?.issues[0]?.message)

  assert.deepEqual(messages, ['must be longer than zero', 'must be longer than zero'])
  assert.equal(PositiveDuration.parse('1ms'), 1)
})

const sizes = [
  [1, 1],
  [67_108_864, 67_108_864],
  ['1KiB', 1024],
  ['512KiB', 524_288],
  ['64MiB', 67_108_864],
  ['2GiB', 2_147_483_648],
] as const

for (const [value, bytes] of sizes)
  test(`the size ${value} is ${bytes} bytes`, () => assert.equal(ByteSize.parse(value), bytes))

for (const value of [0, -1, 1.5, Infinity, '', '64', '64MB', '64 MiB', '1.5MiB', '64Mi', '1234567KiB', null, true])
  test(`${JSON.stringify(value)} is no size`, () => {
    const { error } = ByteSize.safeParse(value)

    assert.equal(error?.issues.length, 1)
    assert.match(error.issues[0]?.message ?? '', /^must be a whole number of bytes, at least 1/)
  })

test('a size of no bytes is refused in any unit', () => {
  const { error } = ByteSize.safeParse('0KiB')

  assert.equal(error?.issues[0]?.message, 'must be more than zero bytes')
})
