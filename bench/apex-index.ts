/**
 * The index of apexes by itself: building it, asking it, and what it keeps in memory. A process of its own
 * with `--expose-gc`; prints one JSON object.
 */
import { createApexIndex } from '../src/tenancy/apex-index.ts'
import { createNamespaceIndex, type NamespaceIndex } from '../src/tenancy/namespace-index.ts'
import type { Namespace } from '../src/tenancy/tenancy.ts'
import { medianOf } from './median.ts'
import { hostLabel, rootHost } from './tenants.ts'

export interface IndexReport {
  readonly sizes: readonly [IndexSize, IndexSize]
  readonly lookups: readonly Lookup[]
}

export interface IndexSize {
  readonly namespaces: number
  /** Milliseconds: the first build of the process at this size, and the middle of those after it. */
  readonly firstBuild: number
  readonly build: number
  /** Bytes a namespace: the apex index alone, the namespace index with it, and both with the namespaces themselves. */
  readonly bytes: { readonly apexes: number; readonly index: number; readonly everything: number }
}

/** Nanoseconds of an ownership look-up at the small and the large size, and the middle of their ratios. */
export interface Lookup {
  readonly name: 'own' | 'child' | 'miss'
  /** Names of all tenants in random order, or of a hundred. */
  readonly spread: 'whole' | 'hot'
  readonly few: number
  readonly many: number
  readonly ratio: number
}

/** As many look-ups at either size, so that reading the names costs the same at both. */
const draws = 100_000
const passes = 15
const hotNames = 100

const [small, large] = [1000, 100_000].map(measureIndex)
if (small === undefined || large === undefined) throw new Error('two sizes are compared')
const report: IndexReport = { sizes: [small.report, large.report], lookups: compareLookups(small, large) }
process.stdout.write(JSON.stringify(report))

function measureIndex(count: number) {
  const { bytes, namespaces } = measureBytes(count)
  const [firstBuild = Number.NaN, ...builds] = Array.from({ length: 8 }, () => timeBuild(namespaces))
  return { report: { namespaces: count, firstBuild, build: medianOf(builds), bytes }, index: buildIndex(namespaces) }
}

/** As in a cluster of tenants: names right below the platform's domain, each seventh tenant a child of another. */
function apexOf(index: number): string {
  return index % 7 === 6 ? `dev.t${index - 1}.${rootHost}` : `t${index}.${rootHost}`
}

// What a watch makes of a list: text out of JSON, so that no two objects share a string.
function makeNamespaces(count: number): readonly Namespace[] {
  return Array.from({ length: count }, (_, index) => {
    const namespace = {
      name: `tenant-t${index}`,
      labels: { 'kubernetes.io/metadata.name': `tenant-t${index}`, [hostLabel]: apexOf(index) },
      terminating: false,
    }
    return JSON.parse(JSON.stringify(namespace))
  })
}

function buildIndex(namespaces: readonly Namespace[]): NamespaceIndex {
  const index = createNamespaceIndex({ hostLabel, namespacePrefix: 'tenant-' }, () => true)
  index.replaceAll(namespaces)
  return index
}

function timeBuild(namespaces: readonly Namespace[]): number {
  collectGarbage()
  const startedAt = performance.now()
  buildIndex(namespaces)
  return performance.now() - startedAt
}

interface Measured {
  readonly report: IndexSize
  readonly index: NamespaceIndex
}

function compareLookups(small: Measured, large: Measured): readonly Lookup[] {
  const kinds = {
    own: apexOf,
    child: (tenant: number) => `shop.${apexOf(tenant)}`,
    miss: (tenant: number) => `shop.nobody${tenant}.example.net`,
  }
  return (['own', 'child', 'miss'] as const).flatMap((name) =>
    (['whole', 'hot'] as const).map((spread) => {
      const [few, many] = timeInTurn([small, large], kinds[name], spread, name === 'miss' ? 0 : draws)
      return {
        name,
        spread,
        few: medianOf(few),
        many: medianOf(many),
        ratio: medianOf(many.map((time, at) => time / (few[at] ?? Number.NaN))),
      }
    }),
  )
}

/** Nanoseconds a look-up, pass by pass, the two sizes in turn so that a busy moment of the machine hits both. */
function timeInTurn(
  pair: readonly [Measured, Measured],
  nameOf: (tenant: number) => string,
  spread: Lookup['spread'],
  owned: number,
) {
  const times: [number[], number[]] = [[], []]
  // One pass for the compiler, which is not counted.
  for (let pass = -1; pass < passes; pass++) {
    for (const at of [0, 1] as const) {
      const { index, report } = pair[at]
      const names = drawNames(nameOf, spread === 'hot' ? hotNames : report.namespaces, pass + 1)
      const time = timeLookups(index, names, owned)
      if (pass >= 0) times[at].push(time)
    }
  }
  return times
}

function timeLookups({ apexes }: NamespaceIndex, names: readonly string[], owned: number): number {
  let found = 0
  const startedAt = performance.now()
  for (const name of names) if (apexes.ownerOf(name) !== undefined) found++
  const elapsed = performance.now() - startedAt
  if (found !== owned) throw new Error(`${found} of ${draws} names have an owner`)
  return (elapsed * 1e6) / draws
}

/** Names in random order, each a fresh string as a parsed review holds it: nothing of an earlier pass is known. */
function drawNames(nameOf: (tenant: number) => string, tenants: number, seed: number): readonly string[] {
  let state = seed + 1
  const names = Array.from({ length: draws }, () => {
    // A linear congruential generator (Numerical Recipes): random enough to defeat caches, the same every run.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return nameOf(Math.floor((state / 2 ** 32) * tenants))
  })
  const fresh: readonly string[] = JSON.parse(JSON.stringify(names))
  collectGarbage()
  return fresh
}

/**
 * The heap before and after: first the namespaces, then the index over them, whose strings are those of the
 * namespaces already; the apex index is built a second time by itself.
 */
function measureBytes(count: number) {
  const empty = heapUsed()
  const namespaces = makeNamespaces(count)
  const listed = heapUsed()
  const index = buildIndex(namespaces)
  const indexed = heapUsed()
  const apexes = createApexIndex()
  for (const { name, labels } of namespaces) apexes.add(labels[hostLabel] ?? '', name)
  const again = heapUsed()
  if (index.size !== count || apexes.shared !== 0) throw new Error('the index is not what was put into it')
  const bytes = {
    apexes: (again - indexed) / count,
    index: (indexed - listed) / count,
    everything: (indexed - empty) / count,
  }
  return { bytes, namespaces }
}

function heapUsed(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('needs node --expose-gc')
  // Twice: what a first collection moves to the old generation, the second one weighs.
  globalThis.gc()
  globalThis.gc()
}
