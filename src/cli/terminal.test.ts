import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'

import { createTerminal } from './terminal.ts'

test('a complaint keeps its lines and loses what would steer a terminal', () => {
  const stderr = new PassThrough()
  const terminal = createTerminal({ stdin: new PassThrough(), stdout: new PassThrough(), stderr })

  terminal.complain('first\n- \u001b[2J\u202esecond')

  assert.equal(String(stderr.read()), 'first\n- \\u{1b}[2J\\u{202e}second\n')
})
