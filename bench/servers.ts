/** Starts what is compared: the baseline, and `gatehouse serve` with facts from an API server. */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

import type { ServingCertificate } from './certificate.ts'
import { serverCore, startNode, stop } from './processes.ts'

export interface RunningServer {
  readonly name: 'baseline' | 'gatehouse'
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

/** What all servers of a run have in common. */
export interface Bench {
  /** Temporary folder for certificates, configuration and logs. */
  readonly folder: string
  readonly certificate: ServingCertificate
}

export function pathOf(file: string): string {
  return join(import.meta.dirname, file)
}

export async function startBaseline({ folder, certificate }: Bench): Promise<RunningServer> {
  const child = startNode({
    core: serverCore,
    script: pathOf('baseline.ts'),
    args: ['--cert', certificate.certFile, '--key', certificate.keyFile],
    log: join(folder, 'baseline.log'),
    output: 'pipe',
  })
  return { name: 'baseline', port: await readPort(child), pid: pidOf(child), stop: () => stop(child) }
}

/** The port in the first line that a helper of ours prints: a JSON object with `port`. */
export async function readPort(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('the output of the process is not read')
  for await (const line of createInterface(child.stdout)) {
    const { port } = JSON.parse(line)
    return Number(port)
  }
  throw new Error('the process ended before it said where it listens')
}

export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the process did not start')
  return pid
}
