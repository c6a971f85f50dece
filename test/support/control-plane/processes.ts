/** Processes that end with the test that started them, whatever way it ends. See keeper.ts. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ending, Order, Program, Report } from './keeper-messages.ts'
import { killQuietly, sweepLeftovers } from './sweep.ts'
import { waitUntil } from './wait-until.ts'

export interface Processes {
  /** For files of the run; goes away with the processes. */
  readonly folder: string
  /** Number of the process that owns the others. */
  readonly keeper: number
  /** Starts a program and resolves with its number. */
  start(program: Program): Promise<number>
  /** Sends a signal; a process that has ended gets none. */
  signal(name: string, signal: NodeJS.Signals): Promise<void>
  /** Ends one process, by SIGKILL if it takes too long. */
  stop(name: string, signal?: NodeJS.Signals, patienceSeconds?: number): Promise<Ending>
  /** How a process ended; undefined while it runs. */
  endingOf(name: string): Ending | undefined
  /** What it wrote so far, one after the other. */
  output(name: string, stream?: 'out' | 'err'): Promise<string>
  /** Kills all and removes the folder. */
  end(): Promise<void>
}

const keeperModule = fileURLToPath(new URL('keeper.ts', import.meta.url))

/** Starts a keeper for processes that belong together. */
export async function keepProcesses(): Promise<Processes> {
  await sweepLeftovers()
  // Detached: a signal to the group of the test, such as Ctrl-C, leaves it alive to clean up.
  const child = fork(keeperModule, { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
  const gone = once(child, 'exit')
  const pids = new Map<string, number>()
  const endings = new Map<string, Ending>()
  const waiting = new Map<number, { done(pid: number): void; failed(error: Error): void }>()
  let lastId = 0
  let folder: string | undefined

  child.on('message', (report: Report) => {
    if (report.kind === 'ready') folder = report.folder
    else if (report.kind === 'ended') {
      pids.delete(report.name)
      endings.set(report.name, report.ending)
    } else {
      const asked = waiting.get(report.id)
      waiting.delete(report.id)
      if (report.kind === 'done') asked?.done(report.pid ?? 0)
      else asked?.failed(new Error(report.text))
    }
    rest()
  })
  void gone.then(() => {
    // Only a keeper that was killed leaves any; the folder goes with the next start.
    for (const pid of pids.values()) killQuietly(pid)
    for (const { failed } of waiting.values()) failed(new Error('The keeper of the processes has ended'))
  })

  /** Holds the event loop only while an answer is awaited: a test that forgets to stop still ends. */
  const rest = (): void => {
    if (waiting.size > 0 || folder === undefined) return
    child.unref()
    child.channel?.unref()
  }
  const ask = (order: Order): Promise<number> =>
    new Promise((done, failed) => {
      const id = ++lastId
      waiting.set(id, { done, failed })
      child.ref()
      child.channel?.ref()
      if (child.connected) child.send({ id, order }, (error) => void (error === null || failed(error)))
      else failed(new Error('The keeper of the processes has ended'))
    })

  const found = await waitUntil('the keeper of the processes', () => folder, { seconds: 15 })
  return {
    folder: found,
    keeper: child.pid ?? 0,
    async start(program) {
      endings.delete(program.name)
      const pid = await ask({ do: 'start', program })
      if (!endings.has(program.name)) pids.set(program.name, pid)
      return pid
    },
    signal: async (name, signal) => void (await ask({ do: 'signal', name, signal })),
    async stop(name, signal = 'SIGTERM', patienceSeconds = 15) {
      await ask({ do: 'signal', name, signal })
      const ending = () => endings.get(name)
      try {
        return await waitUntil(`the end of ${name}`, ending, { seconds: patienceSeconds, everyMs: 10 })
      } catch {
        await ask({ do: 'signal', name, signal: 'SIGKILL' })
        return waitUntil(`the end of ${name}`, ending, { everyMs: 10 })
      }
    },
    endingOf: (name) => endings.get(name),
    output: (name, stream = 'err') => readFile(join(found, 'logs', `${name}.${stream}`), 'utf8'),
    async end() {
      if (child.connected) await ask({ do: 'end' })
      child.ref()
      await gone
    },
  }
}
