/** Where an Ingress names hosts, and where it leaves them out. */
import { annotationsThatNameHosts, readAnnotatedHostnames } from '../annotated-hostnames.ts'
import type { Json, Violation } from '../guard.ts'
import { readSpec, type HostnameFields } from '../hostname-fields.ts'
import { hostnameKey, refuseType } from '../hostname-violation.ts'
import { refuseTooMany } from '../too-many.ts'
import { isAbsent, isEqual, isList, isObject, member } from '../json.ts'
import type { GuardId } from '../resources.ts'

export const catchAllOrigins = {
  'default-backend': 'a default backend, which takes every name that no rule names',
  'hostless-rule': 'a rule without a host, which takes every name',
} as const

/** Everything that names a host in an Ingress, and what is wrong with its shape. */
export function readIngress(guard: GuardId, object: Json): HostnameFields {
  const { spec, fault } = readSpec(guard, object)
  const annotated = readAnnotatedHostnames(guard, member(object, 'metadata'), 'metadata')
  if (fault !== undefined) return { fields: annotated.fields, faults: [fault, ...annotated.faults] }
  const backend = member(spec, 'defaultBackend')
  const tooMany = refuseTooMany(guard, 'spec', countHosts(spec))
  if (tooMany !== undefined) return { fields: [], faults: [tooMany] }
  const rules = readItems(guard, spec, 'rules', 'a list of rules')
  const tls = readItems(guard, spec, 'tls', 'a list of TLS items')
  const hosts = rules.items.map(({ path, item }) => readRule(guard, path, item))
  const tlsHosts = tls.items.map(({ path, item }) => readTls(guard, path, item))
  const parts = [...hosts, ...tlsHosts, annotated]
  return {
    fields: parts.flatMap(({ fields }) => fields),
    faults: [
      ...(isAbsent(backend) ? [] : [defaultBackend(guard)]),
      ...rules.faults,
      ...tls.faults,
      ...parts.flatMap(({ faults }) => faults),
    ],
  }
}

/**
 * The annotated hostnames that the stored object does not have under the same key: what a write of the
 * status can add.
 */
export function readNewAnnotatedHostnames(
  guard: GuardId,
  object: Json,
  oldObject: Json,
): HostnameFields & { readonly isChanged: boolean } {
  const now = readAnnotatedHostnames(guard, member(object, 'metadata'), 'metadata')
  const before = readAnnotatedHostnames(guard, member(oldObject, 'metadata'), 'metadata')
  const stored = new Set(before.fields.map(({ kind, value }) => hostnameKey(kind, value)))
  const fields = now.fields.filter(({ kind, value }) => !stored.has(hostnameKey(kind, value)))
  const isSame = isEqual(
    annotationsThatNameHosts(member(object, 'metadata')).map((value) => value ?? null),
    annotationsThatNameHosts(member(oldObject, 'metadata')).map((value) => value ?? null),
  )
  const faults = isSame ? [] : now.faults
  return { fields, faults, isChanged: fields.length > 0 || faults.length > 0 }
}

function countHosts(spec: Json | undefined): number {
  const tls = member(spec, 'tls')
  const items = isList(tls) ? tls : []
  return items.reduce<number>(
    (count, item) => count + 1 + lengthOf(member(item, 'hosts')),
    lengthOf(member(spec, 'rules')),
  )
}

function lengthOf(value: Json | undefined): number {
  return isList(value) ? value.length : 0
}

interface Items {
  readonly items: readonly { readonly path: string; readonly item: Json }[]
  readonly faults: readonly Violation[]
}

function readItems(guard: GuardId, spec: Json | undefined, key: 'rules' | 'tls', expected: string): Items {
  const value = member(spec, key)
  if (value === undefined) return { items: [], faults: [] }
  const path = `spec.${key}`
  return isList(value)
    ? { items: value.map((item, at) => ({ path: `${path}[${at}]`, item })), faults: [] }
    : { items: [], faults: [refuseType(guard, { field: path, kind: key, value }, expected)] }
}

function readRule(guard: GuardId, path: string, rule: Json): HostnameFields {
  if (!isObject(rule)) {
    return { fields: [], faults: [refuseType(guard, { field: path, kind: 'rule', value: rule }, 'an object')] }
  }
  const host = member(rule, 'host')
  return host === undefined || host === ''
    ? { fields: [], faults: [hostlessRule(guard, path)] }
    : { fields: [{ field: `${path}.host`, kind: 'rule-host', value: host }], faults: [] }
}

function readTls(guard: GuardId, path: string, item: Json): HostnameFields {
  if (!isObject(item)) {
    return { fields: [], faults: [refuseType(guard, { field: path, kind: 'tls-item', value: item }, 'an object')] }
  }
  const hosts = member(item, 'hosts')
  if (hosts === undefined) return { fields: [], faults: [] }
  const field = `${path}.hosts`
  return isList(hosts)
    ? { fields: hosts.map((value, at) => ({ field: `${field}[${at}]`, kind: 'tls-host', value })), faults: [] }
    : { fields: [], faults: [refuseType(guard, { field, kind: 'tls-hosts', value: hosts }, 'a list of DNS names')] }
}

function defaultBackend(guard: GuardId): Violation {
  return {
    field: 'spec.defaultBackend',
    type: 'Forbidden',
    malformed: false,
    detail: 'rules with hosts only: `defaultBackend` takes every name that no rule names, so it may not be used',
    origin: `${guard}/default-backend`,
    ratchetKey: 'default-backend',
    kept: '`defaultBackend` takes every name that no rule names',
  }
}

function hostlessRule(guard: GuardId, path: string): Violation {
  return {
    field: `${path}.host`,
    type: 'Required',
    malformed: false,
    detail: 'a rule must name its host; without one it takes every name',
    origin: `${guard}/hostless-rule`,
    ratchetKey: 'hostless-rule',
    kept: 'the rule names no host and takes every name',
  }
}
