import type { NamespaceGetter } from '../../src/admission/ports.ts'
import { foldCase, inApex, isApex } from '../../src/hostnames/name.ts'
import type { Settings } from '../../src/tenancy/settings.ts'
import { labelOf, type Namespace } from '../../src/tenancy/tenancy.ts'

/**
 * A cluster of exactly these namespaces, read from memory. Ownership is found by walking all of them: slow,
 * short, and therefore a second opinion on the real index.
 */
export function createKnownNamespaces(
  labels: Readonly<Record<string, Readonly<Record<string, string>>>>,
  { hostLabel }: Pick<Settings, 'hostLabel'>,
  { complete = true }: { complete?: boolean } = {},
): NamespaceGetter {
  const known = new Map<string, Namespace>(
    Object.entries(labels).map(([name, own]) => [name, { name, labels: own, terminating: false }]),
  )
  const owners = new Map<string, string[]>()
  for (const namespace of known.values()) {
    const value = labelOf(namespace, hostLabel)
    if (!isApex(value)) continue
    const apex = foldCase(value)
    owners.set(apex, [...(owners.get(apex) ?? []), namespace.name].toSorted())
  }
  const apexes = [...owners.keys()].toSorted((left, right) => right.length - left.length)
  return {
    apexes: {
      complete,
      ownerOf(name) {
        const apex = apexes.find((candidate) => inApex(name, candidate))
        return apex === undefined ? undefined : { apex, namespaces: owners.get(apex) ?? [] }
      },
      hasApexBelow: (name, except) => apexes.some((apex) => apex !== name && apex !== except && inApex(apex, name)),
    },
    get: (name) => known.get(name),
    refresh: () => undefined,
  }
}
