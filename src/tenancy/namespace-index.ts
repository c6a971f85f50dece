import type { Apexes } from './apexes.ts'
import type { Namespace, TenancySettings } from './tenancy.ts'

/**
 * The namespaces known at this moment and the apexes they publish, kept up to date one change at a time,
 * so that no decision walks the list.
 */
export interface NamespaceIndex {
  readonly size: number
  readonly apexes: Apexes
  /** How many apexes are published by more than one namespace. */
  readonly sharedApexes: number
  get(name: string): Namespace | undefined
  put(namespace: Namespace): void
  remove(name: string): void
  replaceAll(namespaces: Iterable<Namespace>): void
  all(): Iterable<Namespace>
  /** Takes other label keys into use and rebuilds what follows from them. */
  configure(settings: TenancySettings): void
}
