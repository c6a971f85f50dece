/** Processes on a core of their own, and what the kernel says of them. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

/** The servers share the first core, everything else the second. */
export const serverCore = 0
export const otherCore = 1

/** Where npm runs scripts. */
export const root = join(import.meta.dirname, '..')

/** Whether processes can be kept on a core each: Linux with `taskset` and two cores. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-p', String(process.pid)]).status === 0

export interface StartOptions {
  readonly core: number
  readonly script: string
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
  /** Where its output goes; standard output can be a pipe instead. */
  readonly log: string
  readonly output: 'log' | 'pipe'
  readonly ipc?: boolean
  /** Beside what this process has. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts a script with Node on a core, with nothing in between: the process id is Node's own. */
export function startNode(options: StartOptions): ChildProcess {
  const { core, script, args = [], nodeArgs = [], log, output, ipc, environment = {} } = options
  const { file, args: all } = pinned(core, [process.execPath, ...nodeArgs, script, ...args])
  const sink = openSync(log, 'a')
  const child = spawn(file, all, {
    stdio: ['ignore', output === 'pipe' ? 'pipe' : sink, sink, ...(ipc === true ? (['ipc'] as const) : [])],
    cwd: root,
    env: { ...process.env, ...environment },
  })
  closeSync(sink)
  return child
}

/** The command, kept on a core where that is possible. */
export function pinned(core: number, command: readonly string[]): { readonly file: string; readonly args: string[] } {
  const [file = '', ...args] = canPin ? ['taskset', '-c', String(core), ...command] : command
  return { file, args }
}

/** Asks a process to end and waits until it has. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const patience = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(patience)
}

/** Seconds of CPU that a process has used, all its threads; undefined where there is no /proc. */
export function cpuSeconds(pid: number): number | undefined {
  const text = readProc(pid, 'stat')
  if (text === undefined) return undefined
  // The name in parentheses may hold blanks; user and system time are fields 14 and 15, in hundredths on Linux.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export interface Memory {
  /** Megabytes of 1,000,000 bytes resident now, and at most so far. */
  readonly rss: number
  readonly peak: number
}

export function memoryOf(pid: number): Memory | undefined {
  const text = readProc(pid, 'status')
  if (text === undefined) return undefined
  const read = (key: string): number => {
    const kilobytes = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
    return (Number(kilobytes) * 1024) / 1e6
  }
  return { rss: read('VmRSS'), peak: read('VmHWM') }
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return undefined
  }
}
