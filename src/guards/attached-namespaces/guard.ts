import { foldCase, isLabel } from '../../hostnames/name.ts'
import { descend, type Descent } from '../descend.ts'
import type { Advice, Guard, Json, Verdict, Violation } from '../guard.ts'
import { canonicalJson, isEqual, isList, isSmall } from '../json.ts'
import { resources } from '../resources.ts'
import { refuseTooMany, tooManyOrigin } from '../too-many.ts'
import { quote, quoteShort } from '../violation.ts'

const origins = {
  'tenant-namespace': 'an entry names a tenant namespace, in any letter case, padded or behind a comma',
  'malformed-entry': 'an entry is not the name of one namespace',
  'malformed-list': 'the list, or something on the way to it, has the wrong type',
  ...tooManyOrigin,
} as const

/**
 * A Gateway's attach list names platform namespaces only.
 *
 * **Restricted fields:** `spec.components.platform.values.gateway.attachedNamespaces` of Package and
 * `spec.attachedNamespaces` of TenantGateway, whoever writes them.
 * **Allowed values:** names of namespaces that do not start with the tenant prefix.
 * **Why:** an entry makes the controller rewrite the gateway label of that namespace, and a tenant's label
 * belongs to the tenant's chart.
 *
 * Source: reference/tenant-gateways.md 2.7.
 */
export const attachedNamespaces = {
  id: 'attached-namespaces',
  title: 'Attach lists name no tenant namespaces',
  origins,
  concerns: () => true,
  namespaces: () => [],
  reads: (object) => [...lists.values()].map((path) => descend(object, path)),
  ratchet: true,
  check({ kind, operation, object, oldObject }, { namespacePrefix }) {
    const path = lists.get(kind)
    if (path === undefined) return { violations: [], advice: [] }
    const list = descend(object, path)
    const { violations, advice } = judgeList(list, namespacePrefix)
    // The API server does not even ask about a list that stays: see src/registration.
    const stays = operation === 'UPDATE' && violations.length > 0 && isEqual(list, descend(oldObject, path))
    return { violations: stays ? violations.map((violation) => ({ ...violation, stored: true })) : violations, advice }
  },
} as const satisfies Guard

function judgeList(list: Descent, namespacePrefix: string): Verdict {
  if (list.kind === 'absent') return { violations: [], advice: [] }
  if (list.kind === 'blocked') return { violations: [malformedList(list, 'must be an object')], advice: [] }
  if (!isList(list.value)) return { violations: [malformedList(list, listDetail)], advice: [] }
  const tooMany = refuseTooMany('attached-namespaces', list.field, list.value.length)
  if (tooMany !== undefined) return { violations: [tooMany], advice: [] }
  const entries = list.value.map((value, at) => ({ field: `${list.field}[${at}]`, value }))
  const prefix = foldCase(namespacePrefix)
  return {
    violations: entries.flatMap((entry) => judgeEntry(entry, prefix)),
    advice: entries.flatMap(systemNamespace),
  }
}

const listDetail = 'must be a list of namespace names; leave it out for none'

/** Where the list of a kind stands, from the table that the engine matches by. */
const lists: ReadonlyMap<string, readonly string[]> = new Map(
  resources
    .filter(({ guard }) => guard === 'attached-namespaces')
    .map(({ kind, paths: [path = ''] }) => [kind, path.replace('[]', '').split('.')]),
)

/** Namespaces of Kubernetes itself: no harm done, but hardly ever meant. */
const systemNamespaces: ReadonlySet<Json> = new Set(['kube-system', 'kube-public', 'kube-node-lease'])

interface Entry {
  readonly field: string
  readonly value: Json
}

function judgeEntry({ field, value }: Entry, prefix: string): Violation[] {
  // The reader of the list once split, trimmed and folded too, so no spelling may hide a tenant.
  if (typeof value === 'string' && value.split(',').some((part) => foldCase(part.trim()).startsWith(prefix))) {
    return [tenantNamespace(field, value, prefix)]
  }
  return isLabel(value) ? [] : [malformedEntry(field, value)]
}

function tenantNamespace(field: string, value: string, prefix: string): Violation {
  return {
    field,
    type: 'Forbidden',
    malformed: false,
    detail: `entries must name platform namespaces: ${quote(value)} starts like a tenant namespace, '${prefix}', and may not be attached; remove it, since tenants inherit a Gateway without it`,
    origin: 'attached-namespaces/tenant-namespace',
    ratchetKey: `entry ${canonicalJson(value)}`,
    kept: `${quoteShort(value)} is a tenant namespace, which the controller leaves out`,
  }
}

function malformedEntry(field: string, value: Json): Violation {
  return {
    field,
    type: 'Invalid',
    malformed: true,
    value,
    detail:
      'must be the name of one namespace: up to 63 lower-case letters, digits and hyphens, no hyphen at either end',
    origin: 'attached-namespaces/malformed-entry',
    ratchetKey: isSmall(value) ? `entry ${canonicalJson(value)}` : undefined,
    kept: `${quoteShort(value)} is not the name of a namespace`,
  }
}

function malformedList({ field, value }: Entry, detail: string): Violation {
  return {
    field,
    type: 'Invalid',
    malformed: true,
    value,
    detail,
    origin: 'attached-namespaces/malformed-list',
    ratchetKey: isSmall(value) ? `${field} ${canonicalJson(value)}` : undefined,
    kept: `${quoteShort(value)} has the wrong type`,
  }
}

function systemNamespace({ field, value }: Entry): Advice[] {
  return systemNamespaces.has(value)
    ? [{ field, text: `${quoteShort(value)} belongs to Kubernetes itself; attach it only if it serves hostnames` }]
    : []
}
