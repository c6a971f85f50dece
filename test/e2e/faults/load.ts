/** Many clients that create objects at a time, good and bad ones, and keep what became of every single call. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { ApiRequest } from '../../support/control-plane/api-request.ts'
import { type Kind, kinds, other, own } from './tenants.ts'

/** One call. Times are those of `performance.now`. */
export interface Attempt {
  readonly startedAt: number
  readonly endedAt: number
  /** `none`: nobody judged the write, it has to be sent again. */
  readonly verdict: 'admitted' | 'refused' | 'none'
  /** 0 without an answer. */
  readonly status: number
  readonly text: string
}

/** One object, from its first call to the one that brought a verdict. */
export interface Write {
  readonly name: string
  readonly kind: Kind
  readonly isGood: boolean
  readonly attempts: readonly Attempt[]
}

export interface Load {
  /** Resolves when so many writes have had a verdict. */
  reached(count: number): Promise<void>
  /** Resolves when so many more have. */
  goesOn(count: number): Promise<void>
  /** Resolves when all calls that are in flight now have been answered. */
  answered(): Promise<void>
  /** Lets every client end its write; all writes in the order of their verdicts. */
  stop(): Promise<readonly Write[]>
}

export interface LoadOptions {
  /** Begins the names of the objects. */
  readonly name: string
  readonly clients: number
  /** Of each client between two writes, so that a long fault does not fill the disk. */
  readonly pauseMs?: number
}

/** Only a run that fails waits so long for a verdict. */
const giveUpMs = 60_000
const againMs = 50

/** Starts the clients; they go on until `stop`. */
export function startLoad(request: ApiRequest, { name, clients, pauseMs = 0 }: LoadOptions): Load {
  const writes: Write[] = []
  const inFlight = new Set<Promise<Attempt>>()
  const waiting = new Set<{ readonly count: number; readonly resolve: () => void }>()
  let begun = 0
  let ended = false
  const running = Promise.all(Array.from({ length: clients }, run))
  // Whoever awaits it first hears of a failure; until then it is not unheard of.
  running.catch(() => undefined)

  return {
    reached,
    goesOn: (count) => reached(writes.length + count),
    answered: async () => void (await Promise.all(inFlight)),
    async stop() {
      ended = true
      await running
      return writes
    },
  }

  async function run(): Promise<void> {
    while (!ended) {
      const number = begun++
      // Both kinds, each with good and bad ones.
      const kind = kinds[number % 2] ?? kinds[0]
      writes.push(await write(kind, `${name}-${number}`, number % 4 < 2))
      for (const wait of waiting) if (writes.length >= wait.count) wait.resolve()
      if (pauseMs > 0) await sleep(pauseMs)
    }
  }

  async function write(kind: Kind, objectName: string, isGood: boolean): Promise<Write> {
    const object = kind.manifest(objectName, `${objectName}.${(isGood ? own : other).apex}`)
    const giveUpAt = performance.now() + giveUpMs
    const attempts: Attempt[] = []
    for (;;) {
      const calling = call(request, kind.collectionIn(own.namespace), object)
      inFlight.add(calling)
      const attempt = await calling
      inFlight.delete(calling)
      attempts.push(attempt)
      if (attempt.verdict !== 'none') return { name: objectName, kind, isGood, attempts }
      if (attempt.endedAt > giveUpAt) throw new Error(`${objectName} never got a verdict: ${attempt.text}`)
      await sleep(againMs)
    }
  }

  async function reached(count: number): Promise<void> {
    if (writes.length >= count) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wait = { count, resolve }
    waiting.add(wait)
    // A client that gave up ends the wait, too.
    await Promise.race([promise, running])
    waiting.delete(wait)
  }
}

const Status = z.object({ message: z.string() })

async function call(request: ApiRequest, collection: string, object: object): Promise<Attempt> {
  const startedAt = performance.now()
  const result = await send(request, collection, object)
  return { startedAt, endedAt: performance.now(), ...result }
}

async function send(
  request: ApiRequest,
  collection: string,
  object: object,
): Promise<Omit<Attempt, 'startedAt' | 'endedAt'>> {
  try {
    const { status, body } = await request('POST', collection, object)
    const { data } = Status.safeParse(body)
    const text = data?.message ?? ''
    // A name that is taken is one of an earlier call whose answer was lost.
    if (status === 201 || status === 409) return { verdict: 'admitted', status, text }
    // The API server itself forbids, too: while it starts.
    const isRefused = status === 403 && /^admission webhook "[^"]+" denied the request: /.test(text)
    return { verdict: isRefused ? 'refused' : 'none', status, text }
  } catch (error) {
    return { verdict: 'none', status: 0, text: error instanceof Error ? error.message : String(error) }
  }
}
