/** The CRDs of other projects, out of the archives of their pinned Go modules. Nothing is compiled. */
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCacheFolder } from './cache-folder.ts'
import { runGo } from './go.ts'
import { tellProgress } from './progress.ts'

/** Our own CRDs, and the go.mod that pins the others'. */
export const crdFolder = fileURLToPath(new URL('../../e2e/crds', import.meta.url))

const apiServers = 'config/v1/zz_generated.crd-manifests/0000_10_config-operator_01_apiservers'

/** Name in the cache, module, and folder or file in it. */
const sources = [
  ['gateway-standard', 'sigs.k8s.io/gateway-api', 'config/crd/standard'],
  ['gateway-experimental', 'sigs.k8s.io/gateway-api', 'config/crd/experimental'],
  ['cert-manager', 'github.com/cert-manager/cert-manager', 'deploy/crds'],
  ['openshift-Default.yaml', 'github.com/openshift/api', `${apiServers}-Default.crd.yaml`],
  ['openshift-CustomNoUpgrade.yaml', 'github.com/openshift/api', `${apiServers}-CustomNoUpgrade.crd.yaml`],
] as const

export type CrdSource = (typeof sources)[number][0]

/** Resolves with a folder that has all sources by their names; Go is needed only where the cache has none. */
export async function ensureCrdSources(): Promise<string> {
  const cache = await findCache()
  if (await exists(cache)) return cache
  tellProgress('Downloading the CRDs of Gateway API, cert-manager and OpenShift')
  const folders = await downloadModules()
  await mkdir(dirname(cache), { recursive: true })
  const temporary = await mkdtemp(`${cache}-`)
  try {
    for (const [name, module, path] of sources) {
      await cp(join(folders.get(module) ?? module, path), join(temporary, name), { recursive: true })
    }
    await rename(temporary, cache)
  } catch (error) {
    // Another run has just put the same files there.
    if (!(await exists(cache))) throw error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  return cache
}

/** Whether the cache has them, so that no Go is needed. */
export async function hasCrdSources(): Promise<boolean> {
  return exists(await findCache())
}

async function findCache(): Promise<string> {
  const sum = createHash('sha256').update(await readFile(join(crdFolder, 'go.sum')))
  for (const source of sources) sum.update(source.join(' '))
  return join(findCacheFolder(), 'crds', sum.digest('hex').slice(0, 12))
}

async function downloadModules(): Promise<ReadonlyMap<string, string>> {
  const modules = Array.from(new Set(sources.map(([, module]) => module)))
  await runGo(['mod', 'download', ...modules], crdFolder)
  const found = modules.map(async (module) => {
    const folder = await runGo(['list', '-m', '-f', '{{.Dir}}', module], crdFolder)
    return [module, folder.trim()] as const
  })
  return new Map(await Promise.all(found))
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
