/** One round of load on one server, and what both sides spent on it. */
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'

import type { LoadOrder, LoadReport } from './load-order.ts'
import { medianOf } from './median.ts'
import { cpuSeconds, memoryOf, otherCore, startNode } from './processes.ts'
import type { Scenario } from './scenarios.ts'
import { pathOf, type Bench, type RunningServer } from './servers.ts'

export interface Round extends LoadReport {
  /** Share of one core; not a number without /proc. */
  readonly serverCpu: number
  /** Megabytes resident while under load: the middle of several looks, and the most since the start. */
  readonly rss: number
  readonly peak: number
}

export function startGenerator({ folder }: Bench): ChildProcess {
  const log = join(folder, 'load.log')
  return startNode({ core: otherCore, script: pathOf('load.ts'), log, output: 'log', ipc: true })
}

export async function runRound(
  generator: ChildProcess,
  { certificate, folder }: Bench,
  server: RunningServer,
  { kind, onePercent, connections }: Scenario,
  { warmUpSeconds, seconds }: Pick<LoadOrder, 'warmUpSeconds' | 'seconds'>,
): Promise<Round> {
  const order: LoadOrder = {
    port: server.port,
    certificate: certificate.certificate,
    kind,
    ...(onePercent === undefined ? {} : { onePercent }),
    connections,
    warmUpSeconds,
    seconds,
    anyVerdict: server.name === 'baseline',
  }
  const { promise, resolve, reject } = Promise.withResolvers<Round>()
  const looks: number[] = []
  let watch: NodeJS.Timeout | undefined
  let before = 0
  let startedAt = 0
  const listen = (message: 'measuring' | LoadReport): void => {
    if (message === 'measuring') {
      before = cpuSeconds(server.pid) ?? Number.NaN
      startedAt = performance.now()
      watch = setInterval(() => looks.push(memoryOf(server.pid)?.rss ?? Number.NaN), 200)
      return
    }
    const spent = (cpuSeconds(server.pid) ?? Number.NaN) - before
    const serverCpu = spent / ((performance.now() - startedAt) / 1000)
    const peak = memoryOf(server.pid)?.peak ?? Number.NaN
    resolve({ ...message, serverCpu, rss: medianOf(looks), peak })
  }
  const fail = (): void => reject(new Error(`the load on ${server.name} failed; see ${join(folder, 'load.log')}`))
  generator.on('message', listen)
  generator.once('exit', fail)
  generator.send(order)
  try {
    return await promise
  } finally {
    clearInterval(watch)
    generator.off('message', listen)
    generator.off('exit', fail)
  }
}
