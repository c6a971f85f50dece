import assert from 'node:assert/strict'
import { test } from 'node:test'

import { readArguments } from './arguments.ts'
import type { Usage } from './usage.ts'

const usage = {
  synopsis: [],
  operands: { name: 'FILE', most: 2, help: '' },
  options: {
    config: { type: 'string', required: true, value: 'FILE', help: '' },
    group: { type: 'string', multiple: true, help: '' },
    output: { type: 'string', short: 'o', choices: ['text', 'json'], help: '' },
    once: { type: 'boolean', help: '' },
  },
} as const satisfies Usage

test('values and operands come in any order', () => {
  const read = readArguments(
    ['one', '--config', 'c', '-ojson', '--group=a', '--group', 'b', '--once', '--', '--two'],
    usage,
  )

  assert.deepEqual(read.faults, [])
  assert.deepEqual({ ...read.values }, { config: 'c', output: 'json', group: ['a', 'b'], once: true })
  assert.deepEqual(read.operands, ['one', '--two'])
})

test('a dash is a value and an operand', () => {
  const { values, operands, faults } = readArguments(['--config', '-', '-'], usage)

  assert.deepEqual(faults, [])
  assert.equal(values.config, '-')
  assert.deepEqual(operands, ['-'])
})

test('every fault is found at once', () => {
  const { faults } = readArguments(['--confg', 'c', '-o', 'yaml', '--once=yes', '-x', 'two', 'three'], usage)

  assert.deepEqual(faults, [
    `"--confg" is no option of this command; did you mean '--config'?`,
    `-o must be one of 'text', 'json', not "yaml"`,
    '--once takes no value',
    '"-x" is no option of this command',
    '"three" is one argument too many',
    '--config FILE is required',
  ])
})

const faulty: readonly [readonly string[], string][] = [
  [['--config'], '--config needs a value'],
  [['--config', '--once'], '--config needs a value'],
  [['--config='], '--config must not be empty'],
  [['--config', 'a', '--config', 'b'], '--config may be given once only'],
  [['--config', 'c', '--constructor'], '"--constructor" is no option of this command'],
]

for (const [argv, fault] of faulty) {
  test(`${argv.join(' ')}: ${fault}`, () => {
    assert.deepEqual(readArguments(argv, usage).faults, [fault])
  })
}
