/** What the three hostname guards say of a field, each with its own guard id in front. */
import { explainNameFault, nameFault } from '../hostnames/name.ts'
import type { Tenancy } from '../tenancy/tenancy.ts'
import type { Json, Violation } from './guard.ts'
import { canonicalJson, isSmall } from './json.ts'
import type { GuardId } from './resources.ts'
import { tooManyOrigin } from './too-many.ts'
import { quote, quoteShort } from './violation.ts'

/** A value that a guard reads as a DNS name. */
export interface HostnameField extends ReadField {
  readonly value: Json
}

/** A field that a guard reads, and where it stands. */
export interface ReadField {
  /** `spec.hostnames[1]` */
  readonly field: string
  /** The kind of field, within which the ratchet compares values: `hostname`, `tls-host`, an annotation key. */
  readonly kind: string
  readonly value: Json | undefined
}

/** A field whose JSON type is wrong: a list expected, something else found. Excused only while it stays deep-equal. */
export function refuseType(guard: GuardId, { field, kind, value }: ReadField, expected: string): Violation {
  return {
    field,
    type: 'Invalid',
    malformed: true,
    value,
    detail: `must be ${expected}`,
    origin: `${guard}/wrong-type`,
    ratchetKey: hostnameKey(kind, value),
    kept: `${quoteShort(value)} is not ${expected}`,
  }
}

/** The violation of a value that is no DNS name; undefined if it is one. */
export function refuseMalformedName(guard: GuardId, { field, kind, value }: HostnameField): Violation | undefined {
  const fault = nameFault(value)
  if (fault === undefined) return undefined
  return {
    field,
    type: 'Invalid',
    malformed: true,
    value,
    detail: explainNameFault(fault),
    origin: `${guard}/malformed-name`,
    ratchetKey: hostnameKey(kind, value),
    kept: `${quoteShort(value)} is no DNS name`,
  }
}

/**
 * What the ratchet compares a value by: the kind of field and the exact value. Undefined where spelling it out
 * would cost other reviews their time; it is then never excused.
 */
export function hostnameKey(kind: string, value: Json | undefined): string | undefined {
  return isSmall(value) ? `${kind} ${canonicalJson(value)}` : undefined
}

/**
 * The one violation of an object in a closed namespace, a sentence and a remedy for each state; undefined
 * where the namespace is open. The ratchet never excuses it: the fault is the namespace's.
 */
export function refuseClosed(guard: GuardId, tenancy: Tenancy): Violation | undefined {
  switch (tenancy.kind) {
    case 'outside':
    case 'apex':
      return undefined
    case 'unknown':
      return closed(
        guard,
        'unknown-namespace',
        `namespace ${quote(tenancy.namespace)} is not known here yet, so no hostname may be used in it; retry in a few seconds`,
      )
    case 'label-missing':
      return closed(
        guard,
        'closed-namespace',
        `namespace ${quote(tenancy.namespace)} must carry the label '${tenancy.label}', which is missing, before hostnames may be used in it; ${remedy}`,
      )
    case 'label-empty':
      return closed(
        guard,
        'closed-namespace',
        `namespace ${quote(tenancy.namespace)} must carry an apex in the label '${tenancy.label}', which is empty, before hostnames may be used in it; ${remedy}`,
      )
    case 'label-malformed':
      return closed(
        guard,
        'closed-namespace',
        `namespace ${quote(tenancy.namespace)} must carry a DNS name in the label '${tenancy.label}', which holds ${quote(tenancy.value)}; ${remedy}`,
      )
  }
}

const remedy = 'a platform administrator sets it through `spec.host` of the Tenant'

function closed(guard: GuardId, origin: string, detail: string): Violation {
  return { field: 'metadata.namespace', type: 'Forbidden', malformed: false, detail, origin: `${guard}/${origin}` }
}

/** What {@link refuseType}, {@link refuseMalformedName} and {@link refuseClosed} mean, for the guards' `origins`. */
export const hostnameOrigins = {
  'wrong-type': 'a field that is read for hostnames has the wrong JSON type',
  'malformed-name': 'a value is no DNS name',
  ...tooManyOrigin,
  'unknown-namespace': 'the namespace is not known yet; the caller retries',
  'closed-namespace': 'the namespace has no apex: its host label is missing, empty or no DNS name',
} as const
