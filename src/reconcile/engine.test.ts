import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import type { Controller, Outcome, Pass } from './controller.ts'
import type { Elector } from './elector.ts'
import { createEngine } from './engine.ts'
import type { Lead } from './lead.ts'

const nothing: Outcome = { changes: [] }

function compose(clock: FakeClock, controllers: readonly Controller[]) {
  const counted: string[] = []
  const leading: boolean[] = []
  const warnings: object[] = []
  const leads: ((lead: Lead) => Promise<void>)[] = []
  const elector: Elector = {
    async run(signal, lead) {
      leads.push(lead)
      await lead({ signal, assertLeading() {} })
    },
    async runOnce(signal, lead) {
      await lead({ signal, assertLeading() {} })
      return true
    },
    isLeading: () => true,
    hasAnswered: () => true,
  }
  const engine = createEngine({
    controllers,
    elector,
    clock,
    log: { info() {}, warn: (fields) => void warnings.push(fields) },
    recorder: {
      leading: (isLeader) => void leading.push(isLeader),
      reconciled: (result) => void counted.push(result),
    },
    createBackoff: () => ({ next: () => 3_000, reset() {} }),
  })
  return { engine, counted, leading, warnings }
}

function repeat(name: string, reconcile: (pass: Pass, time: number) => Promise<Outcome> | Outcome) {
  let times = 0
  const controller: Controller = { name, intervalMs: 60_000, reconcile: async (pass) => reconcile(pass, ++times) }
  return { controller, times: () => times }
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn()
}

test('each controller has a pass at once, and another after its interval', async () => {
  const clock = createFakeClock()
  const one = repeat('one', () => nothing)
  const { engine, leading } = compose(clock, [one.controller])
  const ending = new AbortController()

  const running = engine.run(ending.signal)
  await settle()
  assert.equal(one.times(), 1)
  clock.advance(60_000)
  await settle()
  assert.equal(one.times(), 2)
  ending.abort()
  await running

  assert.deepEqual(leading, [false, true, false])
})

test('one that fails is tried again after its back-off and holds up no other', async () => {
  const clock = createFakeClock()
  const bad = repeat('bad', () => Promise.reject(new Error('no')))
  const good = repeat('good', () => nothing)
  const { engine, counted, warnings } = compose(clock, [bad.controller, good.controller])
  const ending = new AbortController()

  const running = engine.run(ending.signal)
  await settle()
  clock.advance(3_000)
  await settle()
  ending.abort()
  await running

  assert.deepEqual([bad.times(), good.times()], [2, 1])
  assert.deepEqual(counted.toSorted(), ['error', 'error', 'success'])
  assert.deepEqual(warnings[0], { controller: 'bad', error: 'no', retryInSeconds: 3 })
})

test('a controller may ask to be looked at sooner', async () => {
  const clock = createFakeClock()
  const one = repeat('one', () => ({ changes: [], againMs: 5_000 }))
  const { engine } = compose(clock, [one.controller])
  const ending = new AbortController()

  const running = engine.run(ending.signal)
  await settle()
  clock.advance(5_000)
  await settle()
  ending.abort()
  await running

  assert.equal(one.times(), 2)
})

test('once: works until nothing changes', async () => {
  const one = repeat('one', (_, time) => ({ changes: time < 3 ? ['something'] : [] }))
  const { engine } = compose(createFakeClock(), [one.controller])

  const result = await engine.runOnce(new AbortController().signal)

  assert.deepEqual([result, one.times()], ['converged', 3])
})

test('once: what is waited for outside is no reason to stay', async () => {
  const one = repeat('one', () => ({ changes: [], againMs: 5_000 }))
  const { engine } = compose(createFakeClock(), [one.controller])

  assert.equal(await engine.runOnce(new AbortController().signal), 'converged')
})

test('once: a controller that keeps failing is unfinished when time is up', async () => {
  const clock = createFakeClock()
  const one = repeat('one', () => Promise.reject(new Error('no')))
  const { engine } = compose(clock, [one.controller])
  const ending = new AbortController()

  const result = engine.runOnce(ending.signal)
  await settle()
  clock.advance(3_000)
  await settle()
  ending.abort()

  assert.equal(await result, 'unfinished')
  assert.equal(one.times(), 2)
})
