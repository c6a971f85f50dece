import assert from 'node:assert/strict'
import { PassThrough, Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { WriteStream } from 'node:tty'

import { createTerminal } from './terminal.ts'

const rest = { stdin: Readable.from([]), stderr: new PassThrough() }

test('a terminal with colours gets them, and one that has none or is none does not', () => {
  const paint = (properties: object) =>
    createTerminal({ ...rest, stdout: Object.assign(new PassThrough(), properties) }).paint('bad', 'denied')

  assert.equal(paint({ isTTY: true, hasColors: () => true }), '\u001b[31mdenied\u001b[39m')
  assert.equal(paint({ isTTY: true, hasColors: () => false }), 'denied')
  assert.equal(paint({ hasColors: () => true }), 'denied')
  assert.equal(paint({}), 'denied')
})

test('what a terminal is asked for colours reads NO_COLOR', () => {
  const hasColors = (env: object) => WriteStream.prototype.hasColors.call({ getColorDepth }, 16, env)
  const { getColorDepth } = WriteStream.prototype

  assert.equal(hasColors({ TERM: 'xterm-256color' }), true)
  assert.equal(hasColors({ TERM: 'xterm-256color', NO_COLOR: '1' }), false)
})

test('printing waits for a slow reader, and for no other', async () => {
  let release = (): void => undefined
  const slow = new Writable({
    highWaterMark: 4,
    write: (_chunk, _encoding, done) => {
      release = done
    },
  })
  const { print } = createTerminal({ ...rest, stdout: slow })

  assert.equal(print('abc'), undefined)
  const waiting = print('def')
  assert.ok(waiting instanceof Promise)
  release()
  release()
  await waiting
})
