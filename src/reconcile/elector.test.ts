import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { createFakeLeases, type FakeLeases } from '../../test/support/fake-leases.ts'
import { createElector, type Elector } from './elector.ts'
import { type Lead, LeadLostError } from './lead.ts'

interface Replica {
  readonly elector: Elector
  readonly leads: Lead[]
  readonly ended: Promise<void>
  end(): void
}

const times = { durationMs: 15_000, renewMs: 10_000, retryMs: 2_000 }
const silent = { info() {}, warn() {} }

function start(t: TestContext, leases: FakeLeases, clock: FakeClock, identity: string): Replica {
  const elector = createElector({ ...times, store: leases.store, identity, clock, log: silent })
  const leads: Lead[] = []
  const ending = new AbortController()
  const ended = elector.run(ending.signal, async (lead) => {
    leads.push(lead)
    await new Promise((resolve) => lead.signal.addEventListener('abort', resolve))
  })
  t.after(() => ending.abort())
  return { elector, leads, ended, end: () => ending.abort() }
}

/** Lets time pass in steps shorter than any timer, with room for answers between them. */
async function pass(clock: FakeClock, milliseconds: number): Promise<void> {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    for (let turns = 0; turns < 10; turns++) await turn()
    clock.advance(500)
  }
  for (let turns = 0; turns < 10; turns++) await turn()
}

test('of two replicas one leads, and goes on leading', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const [one, two] = [start(t, leases, clock, 'one'), start(t, leases, clock, 'two')]

  await pass(clock, 60_000)

  assert.notEqual(one.elector.isLeading(), two.elector.isLeading())
  assert.equal(one.leads.length + two.leads.length, 1)
  assert.deepEqual([one.elector.hasAnswered(), two.elector.hasAnswered()], [true, true])
  assert.equal(leases.current()?.transitions, 0)
})

test('a leader that ends releases the Lease, and the other leads within a retry', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  const two = start(t, leases, clock, 'two')
  await pass(clock, 5_000)

  one.end()
  await one.ended
  assert.equal(leases.current()?.holder, '')
  await pass(clock, 2_500)

  assert.equal(two.elector.isLeading(), true)
  assert.equal(leases.current()?.transitions, 1)
})

test('a renewal that was cut short, and arrived all the same, does not keep the Lease from being released', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  const held = leases.current() ?? assert.fail('nobody holds the Lease')
  await leases.store.replace(held, held, new AbortController().signal)

  one.end()
  await one.ended

  assert.equal(leases.current()?.holder, '')
})

test('a Lease that is in another hand by now is not released', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  const held = leases.current() ?? assert.fail('nobody holds the Lease')
  await leases.store.replace(held, { ...held, holder: 'other' }, new AbortController().signal)

  one.end()
  await one.ended

  assert.equal(leases.current()?.holder, 'other')
})

test('a leader that cannot renew stops before anybody else begins', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  assert.equal(one.elector.isLeading(), true)

  leases.fail(true)
  await pass(clock, 8_000)
  assert.equal(one.leads[0]?.signal.aborted, false)
  await pass(clock, 4_000)

  assert.equal(one.leads[0]?.signal.aborted, true)
  assert.equal(one.elector.isLeading(), false)
})

test('an outage is a line in the log a minute', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  leases.fail(true)
  const lines: string[] = []
  const log = { ...silent, warn: (_: object, message: string) => void lines.push(message) }
  const elector = createElector({ ...times, store: leases.store, identity: 'one', clock, log })
  const ending = new AbortController()
  t.after(() => ending.abort())

  void elector.run(ending.signal, async () => assert.fail('took the lead'))
  await pass(clock, 90_000)

  assert.deepEqual(lines, ['Failed to use the Lease', 'Failed to use the Lease'])
})

test('a request that is never answered does not keep the lead', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)

  leases.hang(true)
  await pass(clock, 12_500)

  assert.equal(one.leads[0]?.signal.aborted, true)
})

test('a leader that lost the lead stands by and leads again later', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  leases.fail(true)
  await pass(clock, 20_000)

  leases.fail(false)
  await pass(clock, 5_000)

  assert.equal(one.leads.length, 2)
  assert.equal(one.elector.isLeading(), true)
})

test('a Lease that stands still is taken after its own length, counted from when it was first seen', async (t) => {
  const clock = createFakeClock()
  // The clock of the dead holder was far ahead: what it wrote as its time is of no account.
  const leases = createFakeLeases({
    holder: 'dead',
    durationSeconds: 20,
    acquiredAt: clock.date() + 1e9,
    renewedAt: clock.date() + 1e9,
    transitions: 4,
  })
  const one = start(t, leases, clock, 'one')

  await pass(clock, 19_000)
  assert.equal(one.elector.isLeading(), false)
  await pass(clock, 4_000)

  assert.equal(one.elector.isLeading(), true)
  assert.equal(leases.current()?.transitions, 5)
})

test('a process that was frozen may not write, even before its timers ran', async (t) => {
  const frozen = createFakeClock()
  let now = 0
  const clock: FakeClock = { ...frozen, now: () => frozen.now() + now }
  const one = start(t, createFakeLeases(), clock, 'one')
  await pass(clock, 1_000)
  one.leads[0]?.assertLeading()

  now = 11_000

  assert.throws(() => one.leads[0]?.assertLeading(), LeadLostError)
})

test('who finds the Lease in another hand stops at once', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const one = start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  const held = leases.current() ?? assert.fail('nobody holds the Lease')

  await leases.store.replace(held, { ...held, holder: 'thief' }, new AbortController().signal)
  await pass(clock, 3_000)

  assert.equal(one.leads[0]?.signal.aborted, true)
})

test('once: gives up where the holder is seen to renew', async (t) => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  start(t, leases, clock, 'one')
  await pass(clock, 1_000)
  const elector = createElector({ ...times, store: leases.store, identity: 'two', clock, log: silent })

  const led = elector.runOnce(new AbortController().signal, async () => assert.fail('took the lead'))
  await pass(clock, 6_000)

  assert.equal(await led, false)
})

test('once: leads, and releases the Lease at the end', async () => {
  const [clock, leases] = [createFakeClock(), createFakeLeases()]
  const elector = createElector({ ...times, store: leases.store, identity: 'one', clock, log: silent })
  let holder: string | undefined

  const led = await elector.runOnce(new AbortController().signal, async () => {
    holder = leases.current()?.holder
  })

  assert.deepEqual([led, holder, leases.current()?.holder], [true, 'one', ''])
})
