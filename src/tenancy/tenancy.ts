import { foldCase, isApex } from '../hostnames/name.ts'
import type { Settings } from './settings.ts'

/** What Gatehouse keeps of a Namespace object. */
export interface Namespace {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Whether it has a deletion timestamp. */
  readonly terminating: boolean
}

/**
 * What is known of the tenant that a namespace belongs to. Every state that is not `apex` is closed:
 * a missing, an empty and a malformed label and an unknown namespace look alike from outside, so each
 * is a value of its own and gets its own sentence (reference/tenant-gateways.md 2.1).
 */
export type Tenancy =
  /** The namespace does not start with the tenant prefix: the hostname guards do not look at it. */
  | { readonly kind: 'outside' }
  | { readonly kind: 'unknown'; readonly namespace: string }
  | { readonly kind: 'label-missing'; readonly namespace: string; readonly label: string }
  | { readonly kind: 'label-empty'; readonly namespace: string; readonly label: string }
  | { readonly kind: 'label-malformed'; readonly namespace: string; readonly label: string; readonly value: string }
  | OpenTenancy

export interface OpenTenancy {
  readonly kind: 'apex'
  readonly namespace: string
  readonly label: string
  /** Folded to lower case. */
  readonly apex: string
}

export type TenancySettings = Pick<Settings, 'namespacePrefix' | 'hostLabel'>

/** Whether `namespace` is a tenant's by its name. */
export function isTenantNamespace(namespace: string, settings: Pick<Settings, 'namespacePrefix'>): boolean {
  return namespace.startsWith(settings.namespacePrefix)
}

/** The value of a label; undefined if it is absent. A key like `toString` is not found on an empty map. */
export function labelOf(namespace: Pick<Namespace, 'labels'>, key: string): string | undefined {
  return Object.hasOwn(namespace.labels, key) ? namespace.labels[key] : undefined
}

/** The tenancy of the namespace called `name`; `known` is undefined where nobody knows it. */
export function tenancyOf(name: string, known: Namespace | undefined, settings: TenancySettings): Tenancy {
  if (!isTenantNamespace(name, settings)) return { kind: 'outside' }
  if (known === undefined) return { kind: 'unknown', namespace: name }
  const label = settings.hostLabel
  const value = labelOf(known, label)
  if (value === undefined) return { kind: 'label-missing', namespace: name, label }
  if (value === '') return { kind: 'label-empty', namespace: name, label }
  if (!isApex(value)) return { kind: 'label-malformed', namespace: name, label, value }
  return { kind: 'apex', namespace: name, label, apex: foldCase(value) }
}
