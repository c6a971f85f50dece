/** What the image is made of agrees with the rest of the repository. Building it takes tools: `npm run image -- --try`. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { z } from 'zod'

import { readBill } from '../../scripts/image/bill-of-materials.ts'
import { Server } from '../../src/config/server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const manifest = z
  .object({
    name: z.string(),
    version: z.string(),
    description: z.string(),
    license: z.string(),
    scripts: z.object({ gatehouse: z.string() }),
    optionalDependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(read('package.json')))

interface Instruction {
  readonly word: string
  readonly rest: string
}

/** The instructions of a Dockerfile, continued lines joined and comments left out. */
const instructions: readonly Instruction[] = read('Dockerfile')
  .split('\n')
  .filter((line) => !line.trimStart().startsWith('#'))
  .join('\n')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }))
const starts = instructions.flatMap(({ word }, at) => (word === 'FROM' ? [at] : []))
const [app, cache, image] = starts.map((start, at) => instructions.slice(start, starts[at + 1]))
const find = (stage: readonly Instruction[] | undefined, wanted: string): string[] =>
  (stage ?? []).filter(({ word }) => word === wanted).map(({ rest }) => rest)

const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\0')
const sent = tracked.filter((file) => file !== '' && existsSync(join(root, file)) && isSent(file))

/** Whether a builder gets to see the file. The last pattern that fits it, or a folder it is in, decides. */
function isSent(file: string): boolean {
  const paths = file.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
  // A star of Docker's also stands for a dot.
  const fits = (path: string, line: string) => line === '*' || matchesGlob(path, line.replace('!', ''))
  const last = ignored.findLast((line) => paths.some((path) => fits(path, line)))
  return last === undefined || last.startsWith('!')
}

test('the labels say what package.json says', () => {
  const labels = Object.fromEntries(
    [
      ...find(image, 'LABEL')
        .join(' ')
        .matchAll(/org\.opencontainers\.image\.(\w+)="([^"]*)"/g),
    ].map(([, key, value]) => [key, value]),
  )

  assert.deepEqual(labels, {
    title: manifest.name,
    description: manifest.description,
    licenses: manifest.license,
    version: manifest.version,
    revision: '${REVISION}',
  })
})

test('the base can be chosen, and is otherwise the Node that everything is tested with', () => {
  const [node] = Object.values(manifest.optionalDependencies)

  assert.deepEqual(
    instructions.slice(0, starts[0]).map(({ rest }) => rest),
    [`BASE=node:${node}-slim`, 'BUILDER=${BASE}'],
  )
  assert.deepEqual(find(image, 'FROM'), ['${BASE}'])
})

test('packages come from the lockfile alone, without those of development and without a Node of their own', () => {
  const installs = instructions.filter(({ word, rest }) => word === 'RUN' && /\bnpm\b/.test(rest))

  assert.equal(installs.length, 1)
  assert.match(installs[0]?.rest ?? '', / npm ci --omit=dev --omit=optional --ignore-scripts /)
  assert.ok(app?.includes(installs[0] ?? { word: '', rest: '' }))
})

test('the image runs as npm does, with no shell, as a user who is not root', () => {
  const entrypoint = z.array(z.string()).parse(JSON.parse(find(image, 'ENTRYPOINT').join()))

  assert.ok(manifest.scripts.gatehouse.endsWith(entrypoint.join(' ')), manifest.scripts.gatehouse)
  assert.ok(manifest.scripts.gatehouse.includes('MALLOC_ARENA_MAX=2'))
  assert.match(find(image, 'ENV').join(), /\bMALLOC_ARENA_MAX=2\b/)
  assert.deepEqual(find(image, 'RUN'), [])
  assert.match(find(image, 'USER').join(), /^[1-9]\d+:[1-9]\d+$/)
  assert.deepEqual(find(image, 'STOPSIGNAL'), ['SIGTERM'])
  assert.deepEqual(find(image, 'HEALTHCHECK'), ['NONE'])
})

test('the ports are those that serve listens on by default', () => {
  const { port, healthPort } = Server.parse({})

  assert.deepEqual(find(image, 'EXPOSE'), [`${port} ${healthPort}`])
})

test('the compile cache is filled by the base, the user and the options that will read it', () => {
  const options = z
    .array(z.string())
    .parse(JSON.parse(find(image, 'ENTRYPOINT').join()))
    .filter((word) => word.startsWith('--'))

  assert.deepEqual(find(cache, 'FROM'), ['${BASE} AS cache'])
  assert.deepEqual(find(cache, 'USER'), find(image, 'USER'))
  assert.deepEqual(find(cache, 'WORKDIR'), find(image, 'WORKDIR'))
  assert.deepEqual(find(cache, 'RUN'), ['["node", "scripts/image/fill-cache.ts"]'])
  for (const script of ['scripts/image/fill-cache.ts', 'scripts/image/time-start.ts']) {
    assert.ok(read(script).includes(`[${options.map((option) => `'${option}'`).join(', ')}, `), script)
  }
  assert.ok(read('src/main.ts').includes("enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile'"))
  assert.match(find(image, 'ENV').join(), / NODE_COMPILE_CACHE=\/app\/node_modules\/\.cache\/compile /)
  assert.ok(find(image, 'COPY').includes('--from=cache --chown=0:0 /app/node_modules/.cache node_modules/.cache'))
})

test('everything in the image belongs to root, whom it does not run as', () => {
  const copies = find(image, 'COPY')

  assert.ok(copies.length > 0)
  assert.deepEqual(
    copies.filter((copy) => !/^--from=(?:app|cache) --chown=0:0 /.test(copy)),
    [],
  )
})

test('what the Dockerfile copies is there, and sent to the builder with nothing beside it', () => {
  const copied = [app, cache, image]
    .flatMap((stage) => find(stage, 'COPY'))
    .filter((copy) => !copy.startsWith('--from='))
    .flatMap((copy) => copy.split(' ').slice(0, -1))

  assert.deepEqual(
    copied.filter((path) => !sent.some((file) => file === path || file.startsWith(`${path}/`))),
    [],
  )
  assert.deepEqual(
    sent.filter((file) => !copied.some((path) => file === path || file.startsWith(`${path}/`))),
    [],
  )
})

test('src goes into the image without its tests, their data and the template', () => {
  const left = sent.filter((file) => /\.test\.ts$|\/_template\/|\.tpl$|\/(?:cases|faults)\.yaml$/.test(file))
  const sources = tracked.filter((file) => /^src\/(?!.*_template\/).*\.ts$/.test(file) && !file.endsWith('.test.ts'))

  assert.deepEqual(left, [])
  assert.deepEqual(
    sources.filter((file) => existsSync(join(root, file)) && !sent.includes(file)),
    [],
  )
})

test('nothing in the image imports what is left out of it', () => {
  const imports = sent
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      [...read(file).matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, path = '']) => ({
        file,
        imported: normalize(join(dirname(file), path)),
      })),
    )

  assert.ok(imports.length > 100)
  assert.deepEqual(
    imports.filter(({ imported }) => !sent.includes(imported)),
    [],
  )
})

test('the bill of materials names what npm ci installs, even where something else would do without it', () => {
  const bill = readBill(JSON.stringify(sbomOf('needed', 'tool', 'extra')), lockfile, '86400')

  assert.deepEqual(bill, {
    specVersion: '1.5',
    metadata: {
      timestamp: '1970-01-02T00:00:00.000Z',
      component: { 'bom-ref': 'gatehouse@1.0.0', name: 'gatehouse', version: '1.0.0', type: 'application' },
    },
    components: [{ 'bom-ref': 'needed@1.0.0', name: 'needed', version: '1.0.0', scope: 'optional' }],
    dependencies: [
      { ref: 'gatehouse@1.0.0', dependsOn: ['needed@1.0.0'] },
      { ref: 'needed@1.0.0', dependsOn: [] },
    ],
  })
})

test('a bill of materials that lacks a package is refused', () => {
  assert.throws(() => readBill(JSON.stringify(sbomOf('tool')), lockfile, '0'), /needed@1\.0\.0/)
})

const lockfile = JSON.stringify({
  name: 'gatehouse',
  packages: {
    '': { version: '1.0.0' },
    'node_modules/needed': { version: '1.0.0' },
    'node_modules/tool': { version: '1.0.0', dev: true },
    'node_modules/tool/node_modules/extra': { version: '1.0.0', optional: true },
  },
})

/** What npm says of a project in a folder `main` with these packages. */
function sbomOf(...names: readonly string[]): object {
  const ref = (name: string): string => `${name}@1.0.0`
  return {
    specVersion: '1.5',
    serialNumber: 'urn:uuid:by-chance',
    metadata: {
      timestamp: 'now',
      component: { 'bom-ref': ref('gatehouse'), name: 'main', version: '1.0.0', type: 'library' },
    },
    components: names.map((name) => ({ 'bom-ref': ref(name), name, version: '1.0.0', scope: 'optional' })),
    dependencies: [{ ref: ref('gatehouse'), dependsOn: names.map(ref) }, ...names.map((name) => ({ ref: ref(name) }))],
  }
}
