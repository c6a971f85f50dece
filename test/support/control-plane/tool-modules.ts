/** What the tests run besides Gatehouse, and the pinned Go module that each program is built from. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findCacheFolder } from './cache-folder.ts'

const folder = fileURLToPath(new URL('../../e2e/tools', import.meta.url))

interface ToolModule {
  /** Begins the name of its folder in the cache. */
  readonly name: string
  readonly folder: string
  /** The module whose version names the build. */
  readonly named: string
  /** Package of each program. */
  readonly packages: Readonly<Record<string, string>>
  /** What the linker is told. */
  ldflags(version: string): readonly string[]
}

const kubernetes = {
  name: 'kubernetes',
  folder,
  named: 'k8s.io/kubernetes',
  packages: {
    // Not go.etcd.io/etcd/v3: its root package is no command.
    etcd: 'go.etcd.io/etcd/server/v3',
    'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
    'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
    kubectl: 'k8s.io/kubernetes/cmd/kubectl',
  },
  // Without these the server gives itself a version that no client and no chart understands.
  ldflags(version) {
    const [major = '', minor = ''] = version.split('.')
    const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor }
    return Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  },
} satisfies ToolModule

// A module of its own: Helm asks for another Kubernetes and would raise packages under the API server.
const helm = {
  name: 'helm',
  folder: join(folder, 'helm'),
  named: 'helm.sh/helm/v4',
  packages: { helm: 'helm.sh/helm/v4/cmd/helm' },
  ldflags: () => [],
} satisfies ToolModule

/** Speaks Gateway API as one plain process: the controller that shows what a route does to real traffic. */
const traefik = {
  name: 'traefik',
  folder: join(folder, 'traefik'),
  named: 'github.com/traefik/traefik/v3',
  packages: { traefik: 'github.com/traefik/traefik/v3/cmd/traefik' },
  ldflags: () => [],
} satisfies ToolModule

/** A program that the tests can ask for. */
export type Tool = keyof typeof kubernetes.packages | keyof typeof helm.packages | keyof typeof traefik.packages

const modules: readonly ToolModule[] = [kubernetes, helm, traefik]

/** A program as it is to be built, and where the cache keeps it. */
export interface ToolBuild {
  readonly tool: Tool
  readonly module: string
  readonly version: string
  readonly package: string
  readonly ldflags: string
  /** Named by version, machine and go.sum, so that one cache serves all checkouts. */
  readonly cache: string
}

export async function describeTool(tool: Tool): Promise<ToolBuild> {
  for (const { name, folder: module, named, packages, ldflags } of modules) {
    const found = packages[tool]
    if (found === undefined) continue
    const version = findVersion(await readFile(join(module, 'go.mod'), 'utf8'), named)
    const sum = createHash('sha256').update(await readFile(join(module, 'go.sum')))
    const key = [name, version, platform(), sum.digest('hex').slice(0, 12)].join('-')
    return {
      tool,
      module,
      version,
      package: found,
      ldflags: ['-s', '-w', ...ldflags(version)].join(' '),
      cache: join(findCacheFolder(), 'tools', key),
    }
  }
  throw new Error(`No module builds ${tool}`)
}

function findVersion(mod: string, named: string): string {
  const line = mod.split('\n').find((each) => each.includes(`${named} v`))
  const version = line?.split(`${named} v`)[1]?.split(' ')[0]
  if (version === undefined) throw new Error(`go.mod requires no ${named}`)
  return version
}

/** The machine in Go's words. */
function platform(): string {
  const arch: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }
  return `${process.platform}-${arch[process.arch] ?? process.arch}`
}
