import { rmSync } from 'node:fs'
import { join } from 'node:path'

import { startGatehouse, type ApiServer } from './gatehouse.ts'
import { medianOf } from './median.ts'
import type { Bench } from './servers.ts'

/** Milliseconds from starting the process to an answer over TLS: medians, and the slowest. */
export interface StartUpReport {
  readonly starts: number
  /** The first answer of any kind. */
  readonly answered: number
  readonly slowestAnswered: number
  /** The first that knew the tenant, from the API server. */
  readonly allowed: number
}

/** Starts Gatehouse afresh so many times, each time without the snapshot of the time before. */
export async function measureStartUp(bench: Bench, api: ApiServer, starts: number): Promise<StartUpReport> {
  console.error('Start-up ...')
  const answered: number[] = []
  const allowed: number[] = []
  for (let start = 0; start < starts; start++) {
    rmSync(join(bench.folder, 'snapshot.json'), { force: true })
    const server = await startGatehouse(bench, api)
    answered.push(server.firstAnswer)
    allowed.push(server.firstAllowed)
    await server.stop()
  }
  return { starts, answered: medianOf(answered), slowestAnswered: Math.max(...answered), allowed: medianOf(allowed) }
}
