/** The chart as Helm renders it, for tests. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'

import { ensureTool } from '../support/control-plane/tools.ts'

export const chart = fileURLToPath(new URL('../../charts/gatehouse', import.meta.url))

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
})
export type Manifest = z.infer<typeof Manifest>

export interface RenderOptions {
  readonly values?: object
  readonly release?: string
  readonly namespace?: string
  /** Further arguments of `helm template`. */
  readonly arguments?: readonly string[]
}

export interface HelmResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Helm; values, if any, arrive as one more file. */
export async function runHelm(args: readonly string[], values?: object): Promise<HelmResult> {
  const child = spawn(await ensureTool('helm'), [...args, ...(values === undefined ? [] : ['--values', '-'])], {
    stdio: 'pipe',
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  child.stdin.end(values === undefined ? '' : stringify(values))
  return { status: await promise, stdout, stderr }
}

/** `helm template` as it ends, well or not. */
export function template(options: RenderOptions = {}): Promise<HelmResult> {
  const { release = 'gatehouse', namespace = 'gatehouse-system', values } = options
  return runHelm(['template', release, chart, '--namespace', namespace, ...(options.arguments ?? [])], values)
}

/** The objects that `helm template` prints. */
export async function render(options: RenderOptions = {}): Promise<readonly Manifest[]> {
  const { status, stdout, stderr } = await template(options)
  assert.equal(status, 0, stderr)
  return parseManifests(stdout)
}

/** The objects of a YAML file. */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document): unknown => {
      assert.deepEqual(document.errors, [])
      return document.toJS()
    })
    .filter((value) => value !== null)
    .map((value) => Manifest.parse(value))
}

/** The one object of this kind, and of this name where there are several. */
export function one(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = all(manifests, kind).filter(({ metadata }) => name === undefined || metadata.name === name)
  const [first] = found
  assert.ok(first !== undefined && found.length === 1, `${found.length} of ${kind} ${name ?? ''}`)
  return first
}

/** All objects of this kind. */
export function all(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind)
}

/** What stands at a path of keys and positions; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null ? new Map(Object.entries(found)).get(String(key)) : undefined,
    value,
  )
}

export interface Scenario {
  readonly name: string
  readonly file: string
}

/** The value sets in `ci/`. */
export function listScenarios(): readonly Scenario[] {
  const suffix = '-values.yaml'
  return readdirSync(join(chart, 'ci'))
    .toSorted()
    .map((name) => ({ name: name.slice(0, -suffix.length), file: join(chart, 'ci', name) }))
}

export function readChart(file: string): string {
  return readFileSync(join(chart, file), 'utf8')
}
