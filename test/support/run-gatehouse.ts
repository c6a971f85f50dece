/** The real command line as a process of its own: what it prints, where, and how it ends. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  /** Standard input; nothing if absent. */
  readonly input?: string | Readable
  readonly env?: Readonly<Record<string, string>>
  /** Folder to run in; the repository if absent. */
  readonly cwd?: string
}

export async function runGatehouse(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = startGatehouse(args, options)
  // A process that ends without reading its input closes the pipe under the writer.
  child.stdin.on('error', () => undefined)
  const { input = '' } = options
  if (typeof input === 'string') child.stdin.end(input)
  else input.pipe(child.stdin)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

/** Starts it and leaves everything else to the caller. */
export function startGatehouse(args: readonly string[], { env = {}, cwd = root }: RunOptions = {}) {
  const { FORCE_COLOR: _, ...inherited } = process.env
  return spawn(process.execPath, [main, ...args], { cwd, env: { ...inherited, ...env } })
}
