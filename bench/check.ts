/** `gatehouse check --reviews` over a file of 4 KB reviews; what starting costs is measured apart and taken off. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { readGatehouseCommand } from './gatehouse-command.ts'
import { pinned, root, serverCore } from './processes.ts'
import { makeReview, type ReviewKind } from './reviews.ts'
import { medianOf } from './median.ts'
import { pathOf, type Bench } from './servers.ts'
import { listNamespaces } from './tenants.ts'

export interface CheckReport {
  readonly reviews: number
  /** Milliseconds for a file of one review, and for the whole file. */
  readonly startUp: number
  readonly total: number
  readonly reviewsPerSecond: number
  readonly verdict: 'allowed' | 'refused'
}

const reviews = 10_000

/** Runs `check` in turn on one review and on all of them. */
export function measureCheck(
  { folder }: Bench,
  kind: ReviewKind & `route-${CheckReport['verdict']}`,
  rounds: number,
): CheckReport {
  console.error(`${kind}: check ...`)
  const { environment, nodeArgs } = readGatehouseCommand()
  const config = join(folder, 'check.yaml')
  const namespaces = join(folder, 'namespaces.json')
  const one = join(folder, 'one.jsonl')
  const all = join(folder, 'all.jsonl')
  writeFileSync(config, 'settings: {rootHost: example.org}\n')
  writeFileSync(namespaces, JSON.stringify(listNamespaces()))
  const lines = Array.from({ length: reviews }, (_, index) => `${makeReview(kind, index).body}\n`)
  writeFileSync(one, lines[0] ?? '')
  writeFileSync(all, lines.join(''))
  const times: { one: number; all: number }[] = []
  for (let round = 0; round < rounds; round++) times.push({ one: timeCheck(one), all: timeCheck(all) })
  const startUp = medianOf(times.map((time) => time.one))
  const total = medianOf(times.map((time) => time.all))
  const verdict = kind === 'route-allowed' ? 'allowed' : 'refused'
  return { reviews, startUp, total, reviewsPerSecond: (reviews - 1) / ((total - startUp) / 1000), verdict }

  function timeCheck(file: string): number {
    const args = ['check', '--reviews', file, '--config', config, '--namespaces', namespaces, '-o', 'json']
    const main = [process.execPath, ...nodeArgs, pathOf('../src/main.ts'), ...args]
    const command = pinned(serverCore, main)
    const sink = openSync(join(folder, 'answers.jsonl'), 'w')
    const startedAt = performance.now()
    const { status, stderr } = spawnSync(command.file, command.args, {
      stdio: ['ignore', sink, 'pipe'],
      cwd: root,
      env: { ...process.env, ...environment },
    })
    const elapsed = performance.now() - startedAt
    closeSync(sink)
    if (status !== (kind === 'route-allowed' ? 0 : 1)) throw new Error(`check ended with ${status}: ${String(stderr)}`)
    return elapsed
  }
}
