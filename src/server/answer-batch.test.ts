import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createAnswerBatch } from './answer-batch.ts'

function collect() {
  const sent: number[] = []
  const scheduled: (() => void)[] = []
  const batch = createAnswerBatch((flush) => void scheduled.push(flush))
  const run = () => scheduled.splice(0).forEach((flush) => flush())
  return { sent, scheduled, batch, run, add: (answer: number) => batch.add(() => void sent.push(answer)) }
}

test('answers go out together and in order, with one call for all', () => {
  const { sent, scheduled, run, add } = collect()

  for (const answer of [1, 2, 3]) add(answer)
  const before = [...sent]
  const calls = scheduled.length
  run()

  assert.deepEqual([before, calls, sent], [[], 1, [1, 2, 3]])
})

test('each answer is sent once, whoever sends it first', () => {
  const { sent, batch, run, add } = collect()

  add(1)
  batch.flush()
  add(2)
  run()
  run()

  assert.deepEqual(sent, [1, 2])
})

test('a full batch does not wait', () => {
  const { sent, run, add } = collect()

  for (let answer = 1; answer <= 33; answer++) add(answer)
  const before = sent.length
  run()

  assert.deepEqual([before, sent.length], [32, 33])
})

test('an answer that is added while others are sent is not lost', () => {
  const { sent, batch, run, add } = collect()

  batch.add(() => add(1))
  run()
  run()

  assert.deepEqual(sent, [1])
})
