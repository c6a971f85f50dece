import type { Settings } from '../../tenancy/settings.ts'
import type { Guard, GuardInput, Json, Verdict } from '../guard.ts'
import { isEqual, member } from '../json.ts'
import { adviseChanges, adviseMissing } from './changes.ts'
import { documentOf, isEmptyList, statedDocument, type Document } from './document.ts'
import type { Entry } from './entry.ts'
import { createFindings } from './findings.ts'
import { judgeEntries } from './judge.ts'
import { neededNamespaces } from './needed-namespaces.ts'
import { origins } from './origins.ts'
import { findStored, keep } from './ratchet.ts'
import {
  acknowledgementOf,
  adviseRemoval,
  deletionAdvice,
  isAcknowledged,
  refuseDeletion,
  refuseRemoval,
} from './removal.ts'

type Request = Omit<GuardInput, 'facts'>

const configMapName = 'platform-config'
/** Of each severity; the engine prints twenty and counts the rest. */
const maxViolations = 1000

/**
 * The ConfigMap `platform-config` holds a list of gateways that can be provisioned as it stands.
 *
 * **Restricted fields:** `data.namespaces` and the annotation `gatehouse.dev/allow-removal`.
 * **Allowed values:** one YAML list of entries with a tenant namespace each, allowed images, DNS names that the
 * tenant owns, and harmless keys of the gateway's TOML.
 * **Why:** everything in it becomes pods, certificates and rights in the namespaces of tenants.
 *
 * Source: reference/openshell-gateways.md 1 and 2, DESIGN sections 6, 10 and 12.
 */
export const gatewayConfig = {
  id: 'gateway-config',
  title: 'platform-config lists gateways that can be provisioned',
  origins,
  concerns(request, settings) {
    return request.namespace === settings.platformNamespace && nameOf(request) === configMapName
  },
  namespaces(request, settings) {
    if (request.operation === 'DELETE') return mayDelete(request.oldObject) ? [] : [settings.platformNamespace]
    return neededNamespaces(storedDocument(request), documentOf(request.object), settings)
  },
  reads: (object) => [statedDocument(object), acknowledgementOf(object)],
  // Entries and not violations are compared, and mass removal is never excused: see ratchet.ts.
  ratchet: false,
  check(input, settings) {
    return input.operation === 'DELETE' ? checkDeletion(input, settings) : checkDocument(input, settings)
  },
} as const satisfies Guard

/** A deletion of the whole collection names no object. */
function nameOf({ name, object, oldObject }: Request): Json | undefined {
  return name === '' ? member(member(object ?? oldObject, 'metadata'), 'name') : name
}

function storedDocument({ operation, oldObject }: Request): Document | undefined {
  return operation === 'UPDATE' ? documentOf(oldObject) : undefined
}

function mayDelete(configMap: Json): boolean {
  return isAcknowledged(configMap) || isEmptyList(documentOf(configMap))
}

function checkDeletion({ oldObject, facts }: GuardInput, { platformNamespace }: Settings): Verdict {
  // Nothing must hold up the end of the namespace itself.
  const isTearingDown = facts.namespace(platformNamespace)?.terminating === true
  if (!isTearingDown && !mayDelete(oldObject)) return { violations: [refuseDeletion()], advice: [] }
  return { violations: [], advice: isTearingDown || isEmptyList(documentOf(oldObject)) ? [] : [deletionAdvice] }
}

function checkDocument(input: GuardInput, settings: Settings): Verdict {
  const { object, oldObject, operation, facts } = input
  const before = storedDocument(input)
  const after = documentOf(object)
  // The whole document stays, readable or not, so that the annotation can be set on it.
  const isUnchanged = operation === 'UPDATE' && isEqual(statedDocument(object), statedDocument(oldObject))
  const stored = before === undefined ? new Set<Entry>() : findStored(before, after)

  const found = createFindings(maxViolations)
  const report = isUnchanged ? keep(after.faults, undefined) : after.faults
  report.forEach(found.add)
  for (const [entry, violations] of judgeEntries(after, settings, facts, stored)) {
    const isStored = isUnchanged || stored.has(entry)
    for (const violation of isStored ? keep(violations, entry.name) : violations) found.add(violation)
  }
  if (isUnchanged) return { violations: found.list, advice: [] }
  if (before === undefined) return { violations: found.list, advice: adviseMissing(before, after, facts) }
  if (!isAcknowledged(object)) refuseRemoval(before, after).forEach(found.add)
  // What changes costs as much to find out as the judgement, and a refused update changes nothing.
  const isRefused = found.list.some(({ stored: isKept }) => isKept !== true)
  const changes = isRefused ? [] : adviseChanges(before, after)
  return {
    violations: found.list,
    advice: [...adviseRemoval(before, after), ...adviseMissing(before, after, facts), ...changes],
  }
}
