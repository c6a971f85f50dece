/** The arrows of who may import whom bite, for each folder and at both depths (oxlint.config.ts, docs/adr/0005). */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { z } from 'zod'

import { layers } from '../../oxlint.config.ts'

type Layer = (typeof layers)[number]

interface Example {
  readonly file: string
  readonly line: string
  readonly refused: boolean
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const house = mkdtempSync(join(tmpdir(), 'gatehouse-layers-'))
after(() => rmSync(house, { recursive: true }))

const Report = z.object({
  diagnostics: z.array(
    z.object({
      code: z.string().optional(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.int() }) })),
    }),
  ),
})

const examples = [
  ...layers.flatMap(drawArrows),
  ...layers.flatMap(reachOut),
  ...layers.filter((layer) => layer.pure).flatMap(peekAtTheWorld),
  ...refuse('src/guards/route-hostname/sideways.ts', [
    `import { x } from '../gateway-hostname/guard.ts'`,
    `import { x } from '../gateway-hostname/listeners.ts'`,
    `import { x } from '../index.ts'`,
  ]),
  ...refuse('src/mutators/default-route-hostname/sideways.ts', [
    `import { x } from '../default-listener-hostname/mutator.ts'`,
    `import { x } from '../../guards/route-hostname/guard.ts'`,
    `import { x } from '../../guards/index.ts'`,
  ]),
]
const findings = lint()

test('every folder of src has a row in the table', () => {
  const known: readonly string[] = layers.map(({ folder }) => folder)

  const unknown = readdirSync(join(root, 'src')).filter((name) => !known.includes(name))

  assert.deepEqual(unknown, [])
})

test('what the table forbids is refused', () => {
  const missed = examples.filter((example) => example.refused && !findings.has(keyOf(example)))

  assert.deepEqual(missed.map(keyOf), [])
})

test('what the table allows passes', () => {
  const wronged = examples.filter((example) => !example.refused && findings.has(keyOf(example)))

  assert.deepEqual(wronged.map(keyOf), [])
})

test('the table holds the promises that matter most', () => {
  const refused = new Set(examples.filter((example) => example.refused).map(keyOf))

  for (const promise of [
    `src/hostnames/arrows.ts import { x } from '../tenancy/x.ts'`,
    `src/guards/a/arrows.ts import { x } from '../../admission/x.ts'`,
    `src/guards/a/world.ts import { x } from 'node:fs'`,
    `src/mutators/a/world.ts import { x } from 'pino'`,
    `src/admission/world.ts import { x } from 'fastify'`,
    `src/admission/arrows.ts import { x } from '../cluster/x.ts'`,
    `src/server/arrows.ts import { x } from '../guards/x.ts'`,
    `src/cluster/arrows.ts import { x } from '../admission/x.ts'`,
    `src/reconcile/arrows.ts import { x } from '../cluster/x.ts'`,
    `src/main.ts import { x } from './server/x.ts'`,
  ]) {
    assert.ok(refused.has(promise), promise)
  }
})

/** From each place in a folder to every other folder: by value, by type, and on demand. */
function drawArrows(layer: Layer): Example[] {
  const { folder, uses, tops = [], types = [] } = layer
  const others = layers
    .map((other) => other.folder)
    .filter((other) => !other.includes('/') && !folder.startsWith(other))
  return placesIn(layer, 'arrows').flatMap((file) => {
    const way = relative(dirname(file), 'src')
    const up = way === '' ? '.' : way
    return others.flatMap((other) => {
      const target = other.endsWith('.ts') ? `${up}/${other}` : `${up}/${other}/x.ts`
      const refused = !uses.includes(other) && !tops.includes(other)
      return [
        { file, line: `import { x } from '${target}'`, refused },
        { file, line: `await import('${target}')`, refused },
        { file, line: `import type { X } from '${target}'`, refused: refused && !types.includes(other) },
      ]
    })
  })
}

/** Packages and built-in modules: not where they have no business, though their types may be named anywhere. */
function reachOut(layer: Layer): Example[] {
  const { loads } = layer
  return placesIn(layer, 'world').flatMap((file) => {
    const way = relative(dirname(file), 'src')
    const outside = refuse(file, [`import { x } from '${way === '' ? '.' : way}/../test/support/cases.ts'`])
    if (loads === undefined) return layer.folder === 'main.ts' ? [] : outside
    const world = ['node:fs', 'node:fs/promises', 'node:net', 'node:process', 'fastify', 'pino', 'prom-client/index.js']
    return [
      ...outside,
      ...refuse(
        file,
        world.map((name) => `import { x } from '${name}'`),
      ),
      ...world.map((name) => ({ file, line: `import type { X } from '${name}'`, refused: false })),
      ...loads.map((name) => ({ file, line: `import { x } from '${name}'`, refused: false })),
    ]
  })
}

function peekAtTheWorld(layer: Layer): Example[] {
  return placesIn(layer, 'impure').flatMap((file) =>
    refuse(file, [
      'export const a = Date.now()',
      'export const b = new Date()',
      'export const c = Math.random()',
      'export const d = performance.now()',
      'export const e = process.version',
      'export const f = setTimeout(() => {}, 1)',
      'export const g = globalThis.crypto',
    ]),
  )
}

function placesIn({ folder }: Layer, name: string): string[] {
  return folder.endsWith('.ts') ? [`src/${folder}`] : [`src/${folder}/${name}.ts`, `src/${folder}/a/${name}.ts`]
}

function refuse(file: string, lines: readonly string[]): Example[] {
  return lines.map((line) => ({ file, line, refused: true }))
}

function keyOf({ file, line }: Pick<Example, 'file' | 'line'>): string {
  return `${file} ${line}`
}

/** One run over all examples, in a house of their own with the real configuration. */
function lint(): ReadonlySet<string> {
  for (const name of ['oxlint.config.ts', 'package.json', 'tsconfig.json']) {
    copyFileSync(join(root, name), join(house, name))
  }
  symlinkSync(join(root, 'node_modules'), join(house, 'node_modules'))
  const files = Map.groupBy(examples, ({ file }) => file)
  for (const [file, own] of files) {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(
      join(house, file),
      own.map(({ line }, at) => line.replace(/\b(x|X) \}/, `$1 as $1${at} }`)).join('\n'),
    )
  }
  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const run = spawnSync(process.execPath, [oxlint, '--format', 'json', 'src'], {
    cwd: house,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const { diagnostics } = Report.parse(JSON.parse(run.stdout))
  assert.deepEqual(
    diagnostics.filter(({ code }) => code === undefined),
    [],
    'the examples are code that lint can read',
  )
  const restrictions = diagnostics.filter(({ code }) => code?.startsWith('eslint(no-restricted-'))
  return new Set(
    restrictions.map(({ filename, labels }) => {
      const line = files.get(filename)?.[(labels[0]?.span.line ?? 0) - 1]?.line
      assert.ok(line, `lint reports a line of ${filename} that is no example`)
      return keyOf({ file: filename, line })
    }),
  )
}
