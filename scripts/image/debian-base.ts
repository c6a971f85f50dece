/**
 * A base image without a registry: a few Debian packages, nothing of which is a shell, and the Node that the lockfile
 * pins for development. A second image adds what installing packages takes: a shell and npm.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { root } from './build-image.ts'
import { type Builder, StepError, runShown } from './container-tool.ts'

export interface DebianBase {
  readonly base: string
  readonly installer: string
}

const suite = 'bookworm'
/** What Node is linked against, and the files that say which Debian this is. */
const runtimePackages = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1', 'base-files']
const installerPackages = [...runtimePackages, 'dash', 'coreutils']
/** Where this machine's packages came from concerns nobody who gets the image. */
const forgetSources = '--customize-hook=rm -rf "$1/etc/apt" "$1/var/lib/apt" "$1/var/log/apt"'

/** Makes both images, as `localhost/gatehouse-base` and `localhost/gatehouse-installer`. */
export function makeDebianBase(builder: Builder, epoch: string): DebianBase {
  const node = findNode()
  const npm = findNpm()
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-base-'))
  try {
    const base = 'localhost/gatehouse-base'
    const installer = 'localhost/gatehouse-installer'
    makeImage(base, runtimePackages, () => undefined)
    makeImage(installer, installerPackages, (files) => {
      cpSync(npm, join(files, 'usr/local/lib/node_modules/npm'), { recursive: true })
      symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(files, 'usr/local/bin/npm'))
    })
    return { base, installer }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }

  function makeImage(tag: string, packages: readonly string[], addFiles: (files: string) => void): void {
    const context = mkdtempSync(join(folder, 'context-'))
    const files = join(context, 'files')
    const include = `--include=${packages.join(',')}`
    // Unpacked and not configured: configuring takes a shell inside.
    const args = ['--variant=extract', include, forgetSources, suite, join(context, 'debian.tar')]
    runShown('mmdebstrap', ['--quiet', ...args], { ...process.env, SOURCE_DATE_EPOCH: epoch })
    mkdirSync(join(files, 'usr/local/bin'), { recursive: true })
    copyFileSync(node, join(files, 'usr/local/bin/node'))
    addFiles(files)
    writeFileSync(
      join(context, 'Dockerfile'),
      `FROM scratch
ADD debian.tar /
COPY files /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
`,
    )
    const timestamp = builder === 'docker' ? [] : ['--timestamp', epoch]
    runShown(builder, ['build', '--tag', tag, ...timestamp, context])
  }
}

function findNode(): string {
  const node = join(root, 'node_modules', `node-linux-${arch()}`, 'bin', 'node')
  if (existsSync(node)) return node
  throw new StepError(`${node} is missing: run 'npm ci' first, on Linux with an x64 or arm64 processor`)
}

/** The npm of this machine is as good as any: it installs what the lockfile says. */
function findNpm(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, 'npm')).find((file) => existsSync(file))
  if (found === undefined) throw new StepError('npm is not on the PATH')
  const folder = dirname(dirname(realpathSync(found)))
  // Debian's own npm lies scattered over many packages.
  if (existsSync(join(folder, 'node_modules', 'semver'))) return folder
  throw new StepError(`the npm in ${folder} is not all in one place; name an --installer image that has npm`)
}
