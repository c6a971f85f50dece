/** `npm run release`: makes the files of a release in dist/, and publishes nothing. docs/release.md. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { parse } from 'yaml'
import { z } from 'zod'

import { readBill } from './image/bill-of-materials.ts'
import { buildImage, saveImage, sourceDate } from './image/build-image.ts'
import { findBuilder, StepError, runQuietly } from './image/container-tool.ts'

const usage = `Usage: npm run release -- [--dry-run] [--base IMAGE] [--installer IMAGE] [--npmrc FILE]

  --dry-run          checks, and says what would be made
  --base IMAGE       what the image runs on; the Dockerfile says if not given
  --installer IMAGE  what installs its packages; the base if not given
  --npmrc FILE       how npm reaches its registry; as on this machine if not given

helm, and buildah, podman or docker, are used where they are; what is left out without them is said.`

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

try {
  process.exitCode = release()
} catch (error) {
  if (!(error instanceof StepError)) throw error
  console.error(`release: ${error.message}`)
  process.exitCode = 1
}

function release(): number {
  const values = readOptions()
  if (values === undefined) return process.exitCode === 2 ? 2 : 0
  const { version }: { version: string } = JSON.parse(read('package.json'))
  const faults = [...findOtherVersions(version), ...findChanges()]
  for (const fault of faults) console.error(`release: ${fault}`)
  const steps = planSteps(version, values)
  if (values['dry-run'] === true) {
    console.log(`Would release ${version}, files of ${new Date(Number(sourceDate()) * 1000).toISOString()}, in dist/:`)
    for (const { file, without } of steps) console.log(`- ${without === undefined ? file : `not ${file}: ${without}`}`)
    console.log('- SHA256SUMS')
  }
  if (faults.length > 0) return 1
  if (values['dry-run'] !== true) makeFiles(steps)
  return 0
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'dry-run': { type: 'boolean' },
        base: { type: 'string' },
        installer: { type: 'string' },
        npmrc: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    if (values.help !== true) return values
    console.log(usage)
  } catch (error) {
    console.error(`release: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
  }
  return undefined
}

/** Whatever states another version than package.json. */
function findOtherVersions(version: string): readonly string[] {
  const Versions = z.object({ version: z.string(), appVersion: z.string() })
  const chart = Versions.parse(parse(read('charts/gatehouse/Chart.yaml')))
  const lockfile = z.object({ version: z.string() }).parse(JSON.parse(read('package-lock.json')))
  const stated = {
    'package-lock.json': lockfile.version,
    'Chart.yaml, version': chart.version,
    'Chart.yaml, appVersion': chart.appVersion,
    'Dockerfile, label': /org\.opencontainers\.image\.version="([^"]*)"/.exec(read('Dockerfile'))?.[1],
    'CHANGELOG.md, first heading of a version': /^## \[(\d[^\]]*)\]/m.exec(read('CHANGELOG.md'))?.[1],
  }
  return Object.entries(stated).flatMap(([place, found]) =>
    found === version ? [] : [`${place} is ${found ?? 'missing'}, package.json says ${version}`],
  )
}

/** What is released is what is committed. */
function findChanges(): readonly string[] {
  const changes = runQuietly('git', ['-C', root, 'status', '--porcelain']).trimEnd()
  return changes === '' ? [] : [`the working tree is not clean:\n${changes}`]
}

interface Step {
  readonly file: string
  /** Why it cannot be made here. */
  readonly without?: string
  make(file: string): void
}

function planSteps(version: string, image: Omit<NonNullable<ReturnType<typeof readOptions>>, 'dry-run'>): Step[] {
  const builder = findBuilder()
  const helm = findHelm()
  return [
    {
      file: `gatehouse-${version}.cdx.json`,
      make(file) {
        const sbom = runQuietly('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--prefix', root])
        const bill = readBill(sbom, read('package-lock.json'), sourceDate())
        writeFileSync(file, `${JSON.stringify(bill, null, 2)}\n`)
      },
    },
    {
      file: `gatehouse-chart-${version}.tgz`,
      ...(helm === undefined ? { without: 'helm is not here; name it in HELM or put it on the PATH' } : {}),
      make(file) {
        const folder = join(dist, 'chart')
        runQuietly(helm ?? 'helm', ['package', join(root, 'charts', 'gatehouse'), '--destination', folder])
        writeFileSync(file, readFileSync(join(folder, `gatehouse-${version}.tgz`)))
        rmSync(folder, { recursive: true })
      },
    },
    ...readdirSync(join(root, 'deploy'))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => ({
        file: `${name.replace(/^(?!gatehouse)/, 'gatehouse-').replace(/\.yaml$/, '')}-${version}.yaml`,
        make: (file: string) => copyFileSync(join(root, 'deploy', name), file),
      })),
    {
      file: `gatehouse-image-${version}-linux-${arch()}.tar`,
      ...(builder === undefined ? { without: 'buildah, podman and docker are not here, or do not work' } : {}),
      make(file) {
        if (builder === undefined) return
        const { base, installer, npmrc } = image
        const tag = `localhost/gatehouse:${version}`
        buildImage({ builder, tag, base, installer, npmrc })
        saveImage(builder, tag, file)
      },
    },
  ]
}

/** `HELM` is for those who keep several. */
function findHelm(): string | undefined {
  const helm = process.env['HELM'] ?? 'helm'
  try {
    runQuietly(helm, ['version', '--short'])
    return helm
  } catch {
    return undefined
  }
}

function makeFiles(steps: readonly Step[]): void {
  // Nothing of an earlier release may be taken for this one's.
  if (existsSync(dist)) rmSync(dist, { recursive: true })
  mkdirSync(dist)
  for (const { file, without, make } of steps) {
    if (without === undefined) make(join(dist, file))
    else console.error(`release: left out ${file}: ${without}`)
  }
  const sums = readdirSync(dist)
    .toSorted()
    .map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(join(dist, file)))
          .digest('hex')}  ${file}\n`,
    )
  writeFileSync(join(dist, 'SHA256SUMS'), sums.join(''))
  console.log(`In dist/, and nowhere else yet:\n${sums.join('').trimEnd()}`)
}
