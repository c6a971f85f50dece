/** Reads what is kept of Namespace objects, alone or with their metadata only, from parsed JSON or YAML. */
import type { Namespace } from '../tenancy/tenancy.ts'
import { isObject, own } from './own.ts'

/** A Namespace as the API server had it at one moment. */
export interface NamespaceFact {
  readonly namespace: Namespace
  /** Tells a namespace from one of the same name before it; empty where the source has none. */
  readonly uid: string
  readonly resourceVersion: string
}

/** Something in an object that keeps it from being read. */
export interface ObjectFault {
  readonly field: string
  readonly problem: string
}

/** Reads the metadata of a Namespace; what is wrong goes to `faults`, with its path below `at`. */
export function readNamespaceObject(value: unknown, at: string, faults: ObjectFault[]): NamespaceFact | undefined {
  const before = faults.length
  const metadata = own(value, 'metadata')
  const name = own(metadata, 'name')
  if (typeof name !== 'string' || name === '') {
    faults.push({ field: join(at, 'metadata.name'), problem: 'must be the name of the namespace, given as text' })
  }
  const labels = readLabels(own(metadata, 'labels'), join(at, 'metadata.labels'), faults)
  if (faults.length > before || typeof name !== 'string') return undefined
  const deletedAt = own(metadata, 'deletionTimestamp')
  return {
    namespace: { name, labels, terminating: deletedAt !== undefined && deletedAt !== null },
    uid: textOf(own(metadata, 'uid')),
    resourceVersion: textOf(own(metadata, 'resourceVersion')),
  }
}

/** Reads a map of labels; an absent one and null are an empty one. */
export function readLabels(value: unknown, at: string, faults: ObjectFault[]): Record<string, string> {
  if (value === undefined || value === null) return {}
  if (!isLabels(value)) {
    faults.push(...labelFaults(value, at))
    return {}
  }
  return value
}

function isLabels(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function labelFaults(value: unknown, at: string): ObjectFault[] {
  if (!isObject(value)) return [{ field: at, problem: 'must be an object of labels' }]
  return Object.entries(value)
    .filter(([, text]) => typeof text !== 'string')
    .map(([key]) => ({ field: `${at}[${JSON.stringify(key)}]`, problem: 'must be text' }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function join(at: string, field: string): string {
  return at === '' ? field : `${at}.${field}`
}
