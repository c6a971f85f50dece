/** `npm run image`: builds the container image, without a registry where there is none, and tries it. docs/release.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { buildImage, root, saveImage, sourceDate } from './build-image.ts'
import { type Builder, builders, findBuilder, StepError } from './container-tool.ts'
import { makeDebianBase } from './debian-base.ts'
import { tryImage } from './try-image.ts'

const usage = `Usage: npm run image -- [--base IMAGE] [--installer IMAGE] [--debian-base] [--tag NAME] [--npmrc FILE]
                       [--builder ${builders.join('|')}] [--output FILE] [--try] [--no-build]

  --base IMAGE       what the image runs on: anything with Node 24.12 or later as 'node' on its PATH
  --installer IMAGE  what installs the packages, with a shell and npm; the base if not given
  --debian-base      makes both from Debian's packages and the Node of node_modules (root, mmdebstrap)
  --tag NAME         name of the image; localhost/gatehouse:VERSION if not given
  --npmrc FILE       how npm reaches its registry; as on this machine if not given
  --builder NAME     what builds it; the first that works if not given
  --output FILE      also writes the image to an OCI archive
  --try              also runs it: version, check and serve, locked down, with a review over HTTPS (podman or docker)
  --no-build         takes the image as it is there`

try {
  await main()
} catch (error) {
  if (!(error instanceof StepError)) throw error
  console.error(`image: ${error.message}`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const values = readOptions()
  if (values === undefined) return
  const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { tag = `localhost/gatehouse:${version}`, output } = values
  const builder = requireBuilder(values.builder)
  if (values['no-build'] !== true) {
    const made = values['debian-base'] === true ? makeDebianBase(builder, sourceDate()) : undefined
    const base = values.base ?? made?.base
    buildImage({ builder, tag, base, installer: values.installer ?? made?.installer, npmrc: values.npmrc })
    console.log(`Built ${tag} with ${builder}`)
  }
  if (output !== undefined) {
    saveImage(builder, tag, output)
    console.log(`Wrote ${output}`)
  }
  if (values.try === true) await tryImage(tag, version)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        base: { type: 'string' },
        installer: { type: 'string' },
        'debian-base': { type: 'boolean' },
        tag: { type: 'string' },
        npmrc: { type: 'string' },
        builder: { type: 'string' },
        output: { type: 'string' },
        try: { type: 'boolean' },
        'no-build': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    if (values.help !== true) return values
    console.log(usage)
  } catch (error) {
    console.error(`image: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exitCode = 2
  }
  return undefined
}

function requireBuilder(wanted: string | undefined): Builder {
  const named = builders.find((name) => name === wanted)
  if (wanted !== undefined && named === undefined) throw new StepError(`--builder is one of ${builders.join(', ')}`)
  const found = findBuilder(named)
  if (found !== undefined) return found
  throw new StepError(
    `${named ?? `none of ${builders.join(', ')}`} works here. On Debian: apt-get install --no-install-recommends buildah podman runc mmdebstrap`,
  )
}
