/**
 * Finds the programs of a control plane: in `KUBEBUILDER_ASSETS`, else in the user's cache, else builds them there
 * with Go. Source: reference/control-plane.md sections 1 and 2.
 */
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { hasCrdSources } from './crd-modules.ts'
import { hasGo, runGo } from './go.ts'
import { withLock } from './lock.ts'
import { tellProgress } from './progress.ts'
import { describeTool, type Tool, type ToolBuild } from './tool-modules.ts'

/** Two linkers side by side take 3.3 GiB. */
const memoryForTwoLinkers = 4 * 1024 ** 3

/** The programs of a control plane itself. */
export const controlPlaneTools = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const

/** Resolves with the paths of the programs, building what is missing; throws where Go would be needed and is absent. */
export async function ensureTools<Name extends Tool>(names: readonly Name[]): Promise<Readonly<Record<Name, string>>> {
  const { missing } = await locate(names)
  if (missing.length > 0) {
    if (!(await hasGo())) throw new Error(explainMissing(missing))
    for (const builds of Map.groupBy(missing, ({ module }) => module).values()) await buildOnce(builds)
  }
  const { found } = await locate(names)
  if (!hasAll(names, found)) throw new Error(`Built, and yet not all there: ${names.join(', ')}`)
  return found
}

/** Resolves with the path of one program, building it if need be. */
export async function ensureTool(name: Tool): Promise<string> {
  return (await ensureTools([name]))[name]
}

/**
 * Why tests that need these programs cannot run here, for the `skip` of a test; false where they can. In CI nothing
 * may be skipped, so there it throws.
 */
export async function whySkipped(names: readonly Tool[] = [...controlPlaneTools, 'helm']): Promise<string | false> {
  const { missing } = await locate(names)
  const hasAllThere = missing.length === 0 && (await hasCrdSources())
  if (hasAllThere || (await hasGo())) return false
  const reason = explainMissing(missing)
  if (process.env['CI'] === 'true') throw new Error(reason)
  return reason
}

function explainMissing(missing: readonly ToolBuild[]): string {
  const list = missing.length === 0 ? 'the CRDs' : missing.map(({ tool }) => tool).join(', ')
  return `Missing ${list}: install Go 1.26 or later, or point KUBEBUILDER_ASSETS to a folder that has them`
}

async function locate(names: readonly Tool[]) {
  const found: Partial<Record<Tool, string>> = {}
  const missing: ToolBuild[] = []
  for (const name of names) {
    const build = await describeTool(name)
    const assets = process.env['KUBEBUILDER_ASSETS']
    const places = [...(assets === undefined ? [] : [assets]), build.cache].map((folder) => join(folder, name))
    const path = (await Promise.all(places.map(findProgram))).find((each) => each !== undefined)
    if (path === undefined) missing.push(build)
    else found[name] = path
  }
  return { found, missing }
}

async function findProgram(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.X_OK)
    return path
  } catch {
    return undefined
  }
}

/** Builds programs of one module, unless another run does so first. */
async function buildOnce(builds: readonly ToolBuild[]): Promise<void> {
  const [first] = builds
  if (first === undefined) return
  await withLock(
    `${first.cache}.lock`,
    async () => {
      const { missing } = await locate(builds.map(({ tool }) => tool))
      if (missing.length > 0) await build(first, missing)
    },
    () => tellProgress(`Waiting for another run that builds ${builds.map(({ tool }) => tool).join(', ')}…`),
  )
}

async function build({ cache, module, version, ldflags }: ToolBuild, builds: readonly ToolBuild[]): Promise<void> {
  const names = builds.map(({ tool }) => tool).join(', ')
  tellProgress(`Downloading the Go modules for ${names} ${version}`)
  await runGo(['mod', 'download'], module)
  await mkdir(dirname(cache), { recursive: true })
  await removeLeftovers(cache)
  // Beside its place, so that each program arrives whole, by a rename.
  const temporary = await mkdtemp(`${cache}-`)
  try {
    for (const { tool, package: path } of builds) {
      tellProgress(`Building ${tool} (the first takes minutes, the others share its packages)`)
      await runGo([...buildArguments(), '-ldflags', ldflags, '-o', join(temporary, tool), path], module)
    }
    await mkdir(cache, { recursive: true })
    for (const { tool } of builds) await rename(join(temporary, tool), join(cache, tool))
    tellProgress(`Built ${names} into ${cache}`)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** A build that was killed could not remove its folder; under the lock there is no other. */
async function removeLeftovers(cache: string): Promise<void> {
  const names = await readdir(dirname(cache))
  const left = names.filter((name) => name.startsWith(`${basename(cache)}-`))
  await Promise.all(left.map((name) => rm(join(dirname(cache), name), { recursive: true, force: true })))
}

function buildArguments(): readonly string[] {
  // The checkout's own version control has nothing to say about other people's code.
  const common = ['build', '-trimpath', '-buildvcs=false']
  // The limit of a container, where there is one.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  return memory < memoryForTwoLinkers ? [...common, '-p', '1'] : common
}

function hasAll<Name extends Tool>(
  names: readonly Name[],
  paths: Partial<Record<Name, string>>,
): paths is Record<Name, string> {
  return names.every((name) => paths[name] !== undefined)
}
