/** The tenants of the benchmark's cluster; each owns one apex right below the platform's domain. */

/** Namespaces of the cluster behind the facts. */
const tenantCount = 2000
export const rootHost = 'example.org'
export const hostLabel = 'namespace.cozystack.io/host'
export const platformNamespace = 'gatehouse-system'

export function tenantNamespace(index: number): string {
  return `tenant-t${index % tenantCount}`
}

export function apexOf(index: number): string {
  return `t${index % tenantCount}.${rootHost}`
}

export function hostOf(name: string, index: number): string {
  return `${name}.${apexOf(index)}`
}

/** Every namespace of the cluster with its labels. */
export function tenantNamespaces(): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const namespaces: Record<string, Record<string, string>> = {}
  for (const name of ['default', platformNamespace]) namespaces[name] = { 'kubernetes.io/metadata.name': name }
  for (let index = 0; index < tenantCount; index++) {
    const name = tenantNamespace(index)
    namespaces[name] = { 'kubernetes.io/metadata.name': name, [hostLabel]: apexOf(index) }
  }
  return namespaces
}

/** The same as a List, as `kubectl get namespaces -o json` prints them. */
export function listNamespaces(): object {
  const items = Object.entries(tenantNamespaces()).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: `c-${name}`, resourceVersion: '1', creationTimestamp: '2026-11-21T13:17:47Z', labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }))
  return { apiVersion: 'v1', kind: 'List', metadata: {}, items }
}
