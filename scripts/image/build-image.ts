/** Builds the image with whatever builder there is, and writes it to a file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { type Builder, StepError, runQuietly, runShown } from './container-tool.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface BuildOptions {
  readonly builder: Builder
  readonly tag: string
  /** Image to run on; the Dockerfile's own if absent. */
  readonly base: string | undefined
  /** Image that installs the packages; `base` if absent. */
  readonly installer: string | undefined
  /** An `.npmrc` for the installation; made from this machine's npm if absent. */
  readonly npmrc: string | undefined
}

/** Builds the image from the working tree and gives it its name. */
export function buildImage({ builder, tag, base, installer, npmrc }: BuildOptions): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'))
  try {
    const epoch = sourceDate()
    const buildArgs = {
      ...(base === undefined ? {} : { BASE: base }),
      ...(installer === undefined ? {} : { BUILDER: installer }),
      REVISION: revision(),
    }
    const args = [
      'build',
      `--file=${join(root, 'Dockerfile')}`,
      `--tag=${tag}`,
      // The package registry is reached as this machine reaches it.
      '--network=host',
      ...Object.entries(buildArgs).map(([name, value]) => `--build-arg=${name}=${value}`),
      ...secrets(folder, npmrc).map(([id, file]) => `--secret=id=${id},src=${file}`),
      // Docker's builder keeps layers anyway, and reads the date from its environment.
      ...(builder === 'docker' ? [] : ['--layers', `--timestamp=${epoch}`]),
      root,
    ]
    runShown(builder, args, { ...process.env, SOURCE_DATE_EPOCH: epoch })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes the image to a file that any registry's client can push: an OCI archive. */
export function saveImage(builder: Builder, tag: string, file: string): void {
  // The clients refuse to write over an archive that is there.
  rmSync(file, { force: true })
  if (builder === 'buildah') runShown(builder, ['push', tag, `oci-archive:${file}:${tag}`])
  else if (builder === 'podman') runShown(builder, ['save', '--format', 'oci-archive', '--output', file, tag])
  // An OCI layout with Docker's own index beside it, since Docker 25.
  else runShown(builder, ['save', '--output', file, tag])
}

/** SOURCE_DATE_EPOCH if it is set, else the time of the commit: files and image carry it, whenever they are built. */
export function sourceDate(): string {
  const { SOURCE_DATE_EPOCH: given } = process.env
  if (given === undefined || given === '') return git('log', '-1', '--format=%ct') || '0'
  if (!/^\d+$/.test(given)) throw new StepError('SOURCE_DATE_EPOCH must be seconds since 1970')
  return given
}

function revision(): string {
  return git('rev-parse', 'HEAD') || 'unknown'
}

/** Empty where there is no git or no repository, as in an unpacked source archive. */
function git(...args: readonly string[]): string {
  try {
    return runQuietly('git', ['-C', root, ...args]).trim()
  } catch {
    return ''
  }
}

/** How npm reaches its registry, handed over in a way that leaves no trace in the image. */
function secrets(folder: string, npmrc: string | undefined): [id: string, file: string][] {
  if (npmrc !== undefined) {
    if (!existsSync(npmrc)) throw new StepError(`--npmrc: there is no file ${npmrc}`)
    return [['npmrc', npmrc]]
  }
  const { NODE_EXTRA_CA_CERTS: ca } = process.env
  const file = join(folder, 'npmrc')
  const registry = runQuietly('npm', ['config', 'get', 'registry', '--prefix', root]).trim()
  const hasCa = ca !== undefined && existsSync(ca)
  writeFileSync(file, `registry=${registry}\n${hasCa ? 'cafile=/run/secrets/ca\n' : ''}`)
  return [['npmrc', file], ...(hasCa ? [['ca', ca] satisfies [string, string]] : [])]
}
