/**
 * A process of its own that owns the processes of a control plane and their folder. When the test ends, in whatever
 * way, the channel to it closes; then everything is killed and removed. A test that is itself killed could not do
 * that, and without native code no child is told of its parent's death.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Order, Program, Report, Request } from './keeper-messages.ts'
import { folderPrefix, keeperFile } from './sweep.ts'

interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<void>
}

const folder = mkdtempSync(join(tmpdir(), folderPrefix))
const running = new Map<string, Running>()
let ending = false

writeFileSync(join(folder, keeperFile), String(process.pid))
mkdirSync(join(folder, 'logs'))
process.on('message', (request: Request) => void answer(request))
process.once('disconnect', () => void end())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())
report({ kind: 'ready', folder })

async function answer({ id, order }: Request): Promise<void> {
  try {
    report({ kind: 'done', id, pid: await obey(order) })
    if (order.do === 'end') process.disconnect?.()
  } catch (error) {
    report({ kind: 'failed', id, text: error instanceof Error ? error.message : String(error) })
  }
}

async function obey(order: Order): Promise<number | undefined> {
  switch (order.do) {
    case 'start':
      return start(order.program)
    case 'signal':
      running.get(order.name)?.child.kill(order.signal)
      return undefined
    case 'end':
      await killAll()
      return undefined
  }
}

function start({ name, command, args, env, cwd = folder }: Program): Promise<number> {
  if (ending) throw new Error('Everything is being stopped')
  if (running.has(name)) throw new Error(`${name} runs already`)
  const out = openSync(join(folder, 'logs', `${name}.out`), 'a')
  const err = openSync(join(folder, 'logs', `${name}.err`), 'a')
  // A group of its own: Ctrl-C in a terminal must not reach etcd before the API server is gone.
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, err],
    detached: true,
  })
  closeSync(out)
  closeSync(err)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => {
      const ended = new Promise<void>((gone) => {
        child.once('exit', (code, signal) => {
          running.delete(name)
          report({ kind: 'ended', name, ending: { code, signal } })
          gone()
        })
      })
      running.set(name, { child, ended })
      resolve(child.pid ?? 0)
    })
  })
}

/** Last come, first gone: an API server that loses its etcd first hangs and keeps its port. */
async function killAll(): Promise<void> {
  ending = true
  for (const { child, ended } of Array.from(running.values()).toReversed()) {
    // The data goes away too, so nothing needs to end well. Also ends a process that is stopped.
    child.kill('SIGKILL')
    await ended
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function end(): Promise<void> {
  await killAll()
  process.exit(0)
}

function report(message: Report): void {
  // Nobody may be left to hear it.
  if (process.connected) process.send?.(message, () => undefined)
}
