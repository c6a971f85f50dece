/** Runs the parts of a benchmark one after the other. */
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

import type { IndexReport } from './apex-index.ts'
import { measureCheck, type CheckReport } from './check.ts'
import { compare, type Comparison } from './compare.ts'
import { startApiServer, startGatehouse } from './gatehouse.ts'
import type { Options } from './options.ts'
import { pinned, serverCore, stop } from './processes.ts'
import { startGenerator } from './round.ts'
import { scenarios } from './scenarios.ts'
import { pathOf, startBaseline, type Bench } from './servers.ts'
import { measureStartUp, type StartUpReport } from './start-up.ts'

export interface Results {
  readonly comparisons: readonly Comparison[]
  readonly startUp: StartUpReport | undefined
  readonly index: IndexReport | undefined
  readonly check: readonly CheckReport[]
}

export interface Report extends Results {
  readonly machine: Readonly<Record<string, string | number | boolean>>
  readonly options: Options
}

export async function runParts(bench: Bench, options: Options): Promise<Results> {
  const { parts } = options
  const api = await startApiServer(bench)
  try {
    return {
      comparisons: await compareAll(),
      startUp: parts.includes('start-up') ? await measureStartUp(bench, api, startUps(options)) : undefined,
      index: parts.includes('apex-index') ? measureIndex() : undefined,
      check: parts.includes('check')
        ? (['route-allowed', 'route-refused'] as const).map((kind) => measureCheck(bench, kind, options.rounds))
        : [],
    }
  } finally {
    await api.stop()
  }

  async function compareAll(): Promise<readonly Comparison[]> {
    const comparisons: Comparison[] = []
    const generator = startGenerator(bench)
    try {
      for (const scenario of scenarios) {
        if (!parts.includes(scenario.id)) continue
        console.error(`${scenario.title} ...`)
        const contestants = {
          startBaseline: () => startBaseline(bench),
          startGatehouse: () =>
            options.calibrate ? startBaseline(bench) : startGatehouse(bench, api, profiling(scenario.id)),
        }
        comparisons.push(await compare(bench, scenario, generator, contestants, options))
      }
    } finally {
      await stop(generator)
    }
    return comparisons
  }

  function profiling(id: string): readonly string[] {
    return options.profile === undefined
      ? []
      : ['--cpu-prof', '--cpu-prof-dir', resolve(options.profile), '--cpu-prof-name', `${id}.cpuprofile`]
  }
}

// Short as they are, one of them tells little.
function startUps({ rounds }: Options): number {
  return rounds === 1 ? 1 : rounds * 4
}

function measureIndex(): IndexReport {
  console.error('Apex index ...')
  const { file, args } = pinned(serverCore, [process.execPath, '--expose-gc', pathOf('apex-index.ts')])
  const { stdout, stderr, status } = spawnSync(file, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
