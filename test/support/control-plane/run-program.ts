import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface ProgramOptions {
  /** Standard input; nothing if absent. */
  readonly input?: string
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** It is killed after this time. */
  readonly seconds?: number
}

export interface ProgramResult {
  /** Null if a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end and gathers what it prints. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { input = '', cwd, env, seconds = 60 }: ProgramOptions = {},
): Promise<ProgramResult> {
  const child = spawn(command, args, { cwd, env, signal: AbortSignal.timeout(seconds * 1000) })
  const status = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // It may end without reading its input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [ended, stdout, stderr] = await Promise.all([status, text(child.stdout), text(child.stderr)])
  return { status: ended, stdout, stderr }
}
