/** The habits of the repository that nobody would notice slipping. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { z } from 'zod'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const manifest = z
  .object({
    version: z.string(),
    scripts: z.record(z.string(), z.string()),
    dependencies: z.record(z.string(), z.string()),
    devDependencies: z.record(z.string(), z.string()),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read('package.json')))

const words = z.union([z.string(), z.array(z.string())]).optional()
const lockfile = z
  .object({
    version: z.string(),
    packages: z.record(
      z.string(),
      z.object({
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        os: words,
        cpu: words,
        libc: words,
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')))
const packages = Object.entries(lockfile.packages).filter(([path]) => path !== '')

const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && file !== 'package-lock.json' && existsSync(join(root, file)))

test('versions agree in the manifest, the lockfile and the changelog', () => {
  const [released] = [...read('CHANGELOG.md').matchAll(/^## \[(\d[^\]]*)\]/gm)]

  assert.equal(lockfile.version, manifest.version)
  assert.equal(released?.[1], manifest.version)
})

test('every dependency has one exact version', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })

  assert.deepEqual(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
    [],
  )
})

test('the packages of Node are of one version', () => {
  const versions = new Set(Object.values(manifest.optionalDependencies))

  assert.equal(versions.size, 1)
})

test('the lockfile vouches for what is installed on Linux, runs no install script and names no registry', () => {
  const fits = (list: z.infer<typeof words>, value: string) => list === undefined || [list].flat().includes(value)
  const here = packages.filter(([, { os, cpu, libc }]) => fits(os, 'linux') && fits(cpu, 'x64') && fits(libc, 'glibc'))

  assert.deepEqual(
    here.filter(([, { integrity }]) => integrity === undefined),
    [],
  )
  assert.deepEqual(
    packages.filter(([, { resolved, hasInstallScript }]) => resolved !== undefined || hasInstallScript === true),
    [],
  )
})

test('commands in the documents exist', () => {
  const documents = tracked.filter((file) => /^[^/]+\.md$|^docs\/.*\.md$/.test(file))

  const named = documents.flatMap((file) =>
    [...read(file).matchAll(/\bnpm (?:run(?: --?[\w-]+)* ([\w:-]+)|(start|test)\b)/g)].map((match) => ({
      file,
      name: match[1] ?? match[2] ?? '',
    })),
  )

  assert.ok(named.length > 0)
  assert.deepEqual(
    named.filter(({ name }) => !Object.hasOwn(manifest.scripts, name)),
    [],
  )
})

test('no tracked file tells of one machine', () => {
  const registry = process.env['npm_config_registry']
  const hints = [
    root.replace(/\/$/, ''),
    homedir() === '/' ? undefined : `${homedir()}/`,
    registry === undefined ? undefined : new URL(registry).host,
  ].filter((hint) => hint !== undefined)

  const told = tracked.filter((file) => {
    const text = read(file)
    return hints.some((hint) => text.includes(hint)) || /\/(?:home|Users)\/\w|\bregistry\.npmjs\b/.test(text)
  })

  assert.deepEqual(told, [])
})

test('a source file holds one thing', () => {
  const sources = tracked.filter(
    (file) => file.startsWith('src/') && file.endsWith('.ts') && !file.endsWith('.test.ts'),
  )
  const long = sources
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > 250)

  assert.deepEqual(long, [])
})

test('nothing is left unfinished, skipped or run alone', () => {
  const code = tracked.filter((file) => /^(?:src|test|scripts)\/.*\.(?:ts|mjs)$/.test(file))

  const left = code.filter((file) =>
    /\b(?:TO[D]O|FIX[M]E|X[X]X)\b|\b(?:test|it|describe)\.(?:only|todo)\(/.test(read(file)),
  )

  assert.deepEqual(left, [])
})
