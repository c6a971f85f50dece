/**
 * The load generator, a process of its own: keeps a fixed number of connections busy and times each answer
 * from the request's first byte to the answer's last.
 */
import { createHistogram } from './histogram.ts'
import { openConnection, type Answered } from './http-client.ts'
import { encodeRequest } from './http-request.ts'
import type { LoadOrder, LoadReport } from './load-order.ts'
import { makeReview, type ReviewKind } from './reviews.ts'

interface Prepared {
  readonly bytes: Buffer
  readonly uid: string
  readonly allowed: boolean
}

/** Enough of each kind that no server gains by having seen the same bytes just before. */
const variants = (kind: ReviewKind): number => (kind.startsWith('configmap') ? 4 : 64)

/** Every 32nd answer is parsed and compared; of the others the status alone. */
const checkEvery = 32

const prepared = new Map<ReviewKind, readonly Prepared[]>()

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (report) => process.send?.(report),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
process.on('disconnect', () => process.exit(0))

function run(order: LoadOrder): Promise<LoadReport> {
  const usual = prepare(order.kind)
  const rare = order.onePercent === undefined ? undefined : prepare(order.onePercent)
  const { promise, resolve, reject } = Promise.withResolvers<LoadReport>()
  const histogram = createHistogram()
  let measuring = false
  let stopped = false
  let startedAt = 0
  let cpu = process.cpuUsage()
  const draw = createDraw()
  let sent = 0
  let checked = 0

  const connections = Array.from({ length: order.connections }, () => connectOne())
  setTimeout(startMeasuring, order.warmUpSeconds * 1000)
  return promise

  function connectOne() {
    let sentAt = 0
    let current: Prepared | undefined
    const connection = openConnection({
      port: order.port,
      certificate: order.certificate,
      onOpen: sendNext,
      onBroken: fail,
      onAnswer(answer) {
        const answeredAt = performance.now()
        if (stopped) return
        if (measuring && sentAt >= startedAt) histogram.record(answeredAt - sentAt)
        const fault = current === undefined ? 'an answer that nobody asked for' : check(answer, current)
        if (fault === undefined) sendNext()
        else fail(fault)
      },
    })
    return connection

    function sendNext(): void {
      current = pick()
      sentAt = performance.now()
      connection.send(current.bytes)
    }
  }

  function pick(): Prepared {
    sent++
    const from = rare !== undefined && draw() < 0.01 ? rare : usual
    const chosen = from[sent % from.length]
    if (chosen === undefined) throw new Error('no review to send')
    return chosen
  }

  function check({ status, body }: Answered, { uid, allowed }: Prepared): string | undefined {
    if (status !== 200) return `HTTP ${status}: ${body.toString()}`
    if (sent % checkEvery !== 0) return undefined
    checked++
    const { response } = JSON.parse(body.toString())
    if (response.uid === uid && (order.anyVerdict || response.allowed === allowed)) return undefined
    return `a wrong answer to ${uid}: ${body.toString()}`
  }

  function startMeasuring(): void {
    process.send?.('measuring')
    measuring = true
    cpu = process.cpuUsage()
    startedAt = performance.now()
    setTimeout(finish, order.seconds * 1000)
  }

  function finish(): void {
    if (stopped) return
    const seconds = (performance.now() - startedAt) / 1000
    const used = process.cpuUsage(cpu)
    stop()
    resolve({
      requestsPerSecond: histogram.count / seconds,
      p50: histogram.percentile(0.5),
      p99: histogram.percentile(0.99),
      p999: histogram.percentile(0.999),
      generatorCpu: (used.user + used.system) / 1e6 / seconds,
      checked,
    })
  }

  function fail(reason: string): void {
    if (stopped) return
    stop()
    reject(new Error(reason))
  }

  function stop(): void {
    stopped = true
    for (const connection of connections) connection.close()
  }
}

/** Numbers from 0 to 1, the same ones every time, so that each round sends the same. Source: mulberry32. */
function createDraw(): () => number {
  let state = 1
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function prepare(kind: ReviewKind): readonly Prepared[] {
  const known = prepared.get(kind)
  if (known !== undefined) return known
  const made = Array.from({ length: variants(kind) }, (_, index) => {
    const { uid, body, allowed } = makeReview(kind, index)
    return { uid, allowed, bytes: encodeRequest(body) }
  })
  prepared.set(kind, made)
  return made
}
