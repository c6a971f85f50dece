/** One scenario: both servers started afresh, rounds in turn, medians. */
import type { ChildProcess } from 'node:child_process'

import { medianOf } from './median.ts'
import { runRound, type Round } from './round.ts'
import type { Scenario } from './scenarios.ts'
import type { Bench, RunningServer } from './servers.ts'

export interface Comparison {
  readonly scenario: Scenario
  readonly baseline: Side
  readonly gatehouse: Side
  /** Medians of the ratios of a round to the baseline's round just before it. */
  readonly ratio: { readonly requestsPerSecond: number; readonly p99: number }
}

export interface Side {
  readonly median: Round
  readonly rounds: readonly Round[]
}

export interface Duration {
  readonly rounds: number
  readonly seconds: number
}

export interface Contestants {
  startBaseline(): Promise<RunningServer>
  startGatehouse(): Promise<RunningServer>
}

/** Before the first round of a server, so that what is measured is compiled code. */
const firstWarmUpSeconds = 5
const warmUpSeconds = 0.5

export async function compare(
  bench: Bench,
  scenario: Scenario,
  generator: ChildProcess,
  { startBaseline, startGatehouse }: Contestants,
  { rounds, seconds }: Duration,
): Promise<Comparison> {
  const servers = await Promise.all([startBaseline(), startGatehouse()])
  const [baseline, gatehouse] = [new Array<Round>(), new Array<Round>()]
  try {
    for (let round = 0; round < rounds; round++) {
      const duration = { seconds, warmUpSeconds: round === 0 ? firstWarmUpSeconds : warmUpSeconds }
      baseline.push(await runRound(generator, bench, servers[0], scenario, duration))
      gatehouse.push(await runRound(generator, bench, servers[1], scenario, duration))
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
  return {
    scenario,
    baseline: { median: summarize(baseline), rounds: baseline },
    gatehouse: { median: summarize(gatehouse), rounds: gatehouse },
    ratio: {
      requestsPerSecond: medianRatio(gatehouse, baseline, (round) => round.requestsPerSecond),
      p99: medianRatio(gatehouse, baseline, (round) => round.p99),
    },
  }
}

function summarize(rounds: readonly Round[]): Round {
  const median = (read: (round: Round) => number): number => medianOf(rounds.map(read))
  return {
    requestsPerSecond: median((round) => round.requestsPerSecond),
    p50: median((round) => round.p50),
    p99: median((round) => round.p99),
    p999: median((round) => round.p999),
    serverCpu: median((round) => round.serverCpu),
    generatorCpu: median((round) => round.generatorCpu),
    rss: median((round) => round.rss),
    peak: Math.max(...rounds.map((round) => round.peak)),
    checked: rounds.reduce((sum, round) => sum + round.checked, 0),
  }
}

function medianRatio(of: readonly Round[], to: readonly Round[], read: (round: Round) => number): number {
  return medianOf(of.map((round, at) => read(round) / (to[at] === undefined ? Number.NaN : read(to[at]))))
}
