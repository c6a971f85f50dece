/**
 * `node bench/profile.ts FILE.cpuprofile`: what a profile of `node --cpu-prof` says, as two tables: time by
 * part of the program, and the functions in which most of it was spent.
 */
import { readFileSync } from 'node:fs'

import { renderTable } from './table.ts'

interface Frame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: Frame
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const shownFunctions = 35

for (const file of process.argv.slice(2)) summarize(file)

function summarize(file: string): void {
  const { nodes, samples, timeDeltas }: Profile = JSON.parse(readFileSync(file, 'utf8'))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const parts = new Map<string, number>()
  const functions = new Map<string, number>()
  let busy = 0
  for (const [at, id] of samples.entries()) {
    const frame = frames.get(id)
    // Waiting for the network is no work.
    if (frame === undefined || frame.functionName === '(idle)') continue
    const time = timeDeltas[at] ?? 0
    busy += time
    count(parts, partOf(frame), time)
    count(functions, nameOf(frame), time)
  }
  console.log(`${file}: ${(busy / 1e6).toFixed(2)} s at work\n`)
  console.log(`${showShares('part', parts, busy)}\n`)
  console.log(`${showShares('function', functions, busy)}\n`)
}

function count(sums: Map<string, number>, key: string, time: number): void {
  sums.set(key, (sums.get(key) ?? 0) + time)
}

function partOf({ functionName, url }: Frame): string {
  if (functionName === '(garbage collector)') return 'garbage collection'
  const source = /\/src\/([^/]+)/.exec(url)?.[1]
  if (source !== undefined) return `src/${source}`
  const library = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (library !== undefined) return `package ${library}`
  if (url.startsWith('node:')) return `Node's ${url.split('/').slice(0, 2).join('/')}`
  // Native code has no source: JSON.parse, TLS, the HTTP parser, system calls.
  return `native ${functionName}`
}

function nameOf({ functionName, url, lineNumber }: Frame): string {
  const place = url.replace(/^.*\/(src|node_modules|bench)\//, '$1/')
  const name = functionName === '' ? '(anonymous)' : functionName
  return place === '' ? name : `${name} ${place}:${lineNumber + 1}`
}

function showShares(title: string, sums: ReadonlyMap<string, number>, all: number): string {
  const rows = [...sums]
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, shownFunctions)
    .map(([name, time]) => [name, `${((time / all) * 100).toFixed(1)} %`])
  return renderTable([title, 'share'], rows)
}
