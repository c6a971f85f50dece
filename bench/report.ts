/** What a run prints. */
import type { IndexReport } from './apex-index.ts'
import type { CheckReport } from './check.ts'
import type { Comparison } from './compare.ts'
import type { Report } from './parts.ts'
import type { Round } from './round.ts'
import type { StartUpReport } from './start-up.ts'
import { renderTable } from './table.ts'

export function showReport({ machine, options, comparisons, startUp, index, check }: Report): string {
  const pinned =
    machine['pinned'] === true ? 'server and load on a core each' : 'NOT pinned to cores: no `taskset` here'
  const head = `Node ${String(machine['node'])}, ${String(machine['cpu'])}, ${String(machine['cores'])} cores, ${pinned}; medians of ${options.rounds} rounds of ${options.seconds} s in turn`
  const parts = [
    head,
    ...(comparisons.length === 0 ? [] : [showComparisons(comparisons), ...comparisons.flatMap(doubt)]),
    ...(startUp === undefined ? [] : [showStartUp(startUp)]),
    ...(index === undefined ? [] : [showIndex(index)]),
    ...(check.length === 0 ? [] : [showChecks(check)]),
  ]
  return parts.join('\n\n')
}

/** What makes a comparison worth less than it looks. */
function doubt({ scenario, baseline, gatehouse }: Comparison): string[] {
  const sides = [baseline, gatehouse].flatMap(({ rounds }) => rounds)
  const idle = sides.some(({ serverCpu }) => serverCpu < busyEnough)
  return idle ? [`${scenario.title}: a server did not have its core to itself, or not enough to do.`] : []
}

/** A server under full load on a quiet machine uses more of its core than this. */
const busyEnough = 0.95

/** Each scenario, baseline first. */
function showComparisons(comparisons: readonly Comparison[]): string {
  const head = [
    '',
    'server',
    'req/s',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'RSS MB',
    'server CPU',
    'load CPU',
    'req/s ratio',
    'p99 ratio',
  ]
  const rows = comparisons.flatMap(({ scenario, baseline, gatehouse, ratio }) => [
    [scenario.title, 'baseline', ...showRound(baseline.median), '', ''],
    ['', 'gatehouse', ...showRound(gatehouse.median), ratio.requestsPerSecond.toFixed(2), ratio.p99.toFixed(2)],
  ])
  return renderTable(head, rows)
}

function showStartUp({ starts, answered, slowestAnswered, allowed }: StartUpReport): string {
  return renderTable(
    [`start-up, ${starts} times`, 'ms'],
    [
      ['process started to first answered review', answered.toFixed(0)],
      ['the slowest of them', slowestAnswered.toFixed(0)],
      ['to the first that knew its namespace', allowed.toFixed(0)],
    ],
  )
}

function showIndex({ sizes: [few, many], lookups }: IndexReport): string {
  const counts = [few, many].map(({ namespaces }) => namespaces.toLocaleString('en'))
  const row = (title: string, left: number, right: number, digits: number): string[] => [
    title,
    left.toFixed(digits),
    right.toFixed(digits),
    (right / left).toFixed(2),
  ]
  return renderTable(
    ['apex index: namespaces', ...counts, 'ratio'],
    [
      row('building it, ms', few.build, many.build, 1),
      row('building it for the first time, ms', few.firstBuild, many.firstBuild, 1),
      ...lookups.map(({ name, spread, few: left, many: right, ratio }) => [
        `look-up, ns: ${names[name]}, ${spreads[spread]}`,
        left.toFixed(0),
        right.toFixed(0),
        ratio.toFixed(2),
      ]),
      row('bytes a namespace: apexes alone', few.bytes.apexes, many.bytes.apexes, 0),
      row('with the index of namespaces', few.bytes.index, many.bytes.index, 0),
      row('with the namespaces themselves', few.bytes.everything, many.bytes.everything, 0),
    ],
  )
}

const names = { own: 'an apex', child: 'below an apex', miss: "nobody's" }
const spreads = { whole: 'any of all', hot: 'one of 100' }

function showChecks(checks: readonly CheckReport[]): string {
  return renderTable(
    ['check, 4 KB reviews', 'reviews/s', 'start-up ms', 'all ms'],
    checks.map(({ verdict, reviews, reviewsPerSecond, startUp, total }) => [
      `${reviews.toLocaleString('en')} ${verdict}`,
      reviewsPerSecond.toFixed(0),
      startUp.toFixed(0),
      total.toFixed(0),
    ]),
  )
}

function showRound({ requestsPerSecond, p50, p99, p999, rss, serverCpu, generatorCpu }: Round): string[] {
  return [
    requestsPerSecond.toFixed(requestsPerSecond < 100 ? 1 : 0),
    showMilliseconds(p50),
    showMilliseconds(p99),
    showMilliseconds(p999),
    rss.toFixed(0),
    showShare(serverCpu),
    showShare(generatorCpu),
  ]
}

function showMilliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

function showShare(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
