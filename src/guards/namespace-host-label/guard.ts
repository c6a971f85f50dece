import type { Settings } from '../../tenancy/settings.ts'
import { isTrusted } from '../../tenancy/trust.ts'
import { explainApexFault } from '../apex-fault.ts'
import { absent, descend, type Descent } from '../descend.ts'
import type { Advice, Guard, GuardInput, Json, Verdict, Violation } from '../guard.ts'
import { isEqual, isObject, member } from '../json.ts'
import { quote, quoteShort } from '../violation.ts'

const origins = {
  'untrusted-caller': 'a protected label is added, changed or removed by a caller who is not trusted',
  'malformed-host': 'the host label is neither a DNS name that can be an apex nor empty',
  'malformed-label': 'a protected label is not text',
  'malformed-labels': '`metadata.labels` is not an object',
} as const

/**
 * Only trusted callers change the labels that say which tenant a namespace belongs to.
 *
 * **Restricted fields:** the protected keys of `metadata.labels` of every Namespace, through `status` and
 * `finalize` too.
 * **Allowed values:** whatever is stored already, to the letter; from a trusted caller a DNS name or nothing
 * as the host label, and any text as another protected label.
 * **Why:** the host label is the apex that every hostname guard believes, and the gateway label decides which
 * Gateway serves the namespace.
 *
 * Source: reference/tenant-gateways.md 2.6.
 */
export const namespaceHostLabel = {
  id: 'namespace-host-label',
  title: 'Only trusted callers change the protected labels of a Namespace',
  origins,
  concerns: () => true,
  // The Namespace judged is the one in the request; what is known of it from elsewhere is older.
  namespaces: () => [],
  reads(object, settings) {
    const labels = labelsOf(object)
    return [isReadable(labels) ? null : labels, ...protectedKeys(settings).map((key) => labelIn(labels, key))]
  },
  ratchet: false,
  check(input, settings) {
    const requested = labelsOf(input.object)
    const stored = input.operation === 'UPDATE' ? labelsOf(input.oldObject) : absent
    if (!isReadable(requested)) return judgeUnreadable(requested, stored, input, settings)
    const changes = protectedKeys(settings)
      .map((key) => ({ key, before: labelIn(stored, key), after: labelIn(requested, key) }))
      .filter(isChange)
    if (isTrusted(input.caller, settings)) return judgeTrusted(changes, settings)
    return { violations: changes.map((change) => untrustedCaller(change, settings)), advice: [] }
  },
} as const satisfies Guard

interface Change {
  readonly key: string
  readonly before: Json | undefined
  readonly after: Json | undefined
}

type Unreadable = Exclude<Descent, { kind: 'absent' }>

function labelsOf(namespace: Json): Descent {
  const labels = descend(namespace, ['metadata', 'labels'])
  return labels.kind === 'found' && labels.value === null ? absent : labels
}

function isReadable(labels: Descent): labels is Exclude<Descent, { kind: 'blocked' }> {
  return labels.kind === 'absent' || (labels.kind === 'found' && isObject(labels.value))
}

// Own keys only: a label called `toString` must not be found on an empty map.
function labelIn(labels: Descent, key: string): Json | undefined {
  return labels.kind === 'found' ? member(labels.value, key) : undefined
}

/** The list is complete as written, but the host label is always protected (DESIGN section 10). */
function protectedKeys({ protectedLabels, hostLabel }: Settings): readonly string[] {
  return [...new Set([...protectedLabels, hostLabel])]
}

// An empty label names nothing, so anybody may tidy it away; adding one would half-open a closed namespace.
function isChange({ before, after }: Change): boolean {
  return !isEqual(before, after) && !(before === '' && after === undefined)
}

function judgeTrusted(changes: readonly Change[], settings: Settings): Verdict {
  return {
    violations: changes.flatMap((change) => faultsOf(change, settings)),
    advice: changes.filter(({ key }) => key === settings.hostLabel).flatMap(leftBehind),
  }
}

function faultsOf({ key, after }: Change, { hostLabel }: Settings): Violation[] {
  if (after === undefined || after === '') return []
  if (typeof after !== 'string') {
    return [malformed('malformed-label', fieldOf(key), after, 'must be text, as every label value')]
  }
  const fault = key === hostLabel ? explainApexFault(after) : undefined
  return fault === undefined ? [] : [malformed('malformed-host', fieldOf(key), after, fault)]
}

function malformed(origin: keyof typeof origins, field: string, value: Json, detail: string): Violation {
  return { field, type: 'Invalid', malformed: true, value, detail, origin: `namespace-host-label/${origin}` }
}

function leftBehind({ key, before, after }: Change): Advice[] {
  if (before === undefined || before === '') return []
  const text =
    after === undefined || after === ''
      ? 'no apex is left; hostnames in this namespace are refused from now on'
      : `${quoteShort(after)} is the apex now; repair objects that keep names outside it`
  return [{ field: fieldOf(key), text }]
}

function untrustedCaller({ key, after }: Change, { hostLabel }: Settings): Violation {
  // The value of another label may be the namespace of another tenant; only the host is worth repeating.
  const asked = key === hostLabel && after !== undefined ? `${quote(after)} may not be used: ` : ''
  return forbidden(
    fieldOf(key),
    `${asked}label '${key}' is immutable for all but trusted callers; leave it alone or ask a platform administrator`,
  )
}

function judgeUnreadable(requested: Unreadable, stored: Descent, { caller }: GuardInput, settings: Settings): Verdict {
  const { field, value } = requested
  const violation = malformed('malformed-labels', field, value, 'must be an object')
  if (isEqual(requested, stored)) {
    return { violations: [{ ...violation, stored: true, kept: `${quoteShort(value)} is not an object` }], advice: [] }
  }
  if (isTrusted(caller, settings)) return { violations: [violation], advice: [] }
  const detail = `${quote(value)} must be an object: label '${settings.hostLabel}' is immutable for all but trusted callers, and what cannot be read may change it`
  return { violations: [forbidden(field, detail)], advice: [] }
}

function forbidden(field: string, detail: string): Violation {
  return { field, type: 'Forbidden', malformed: false, detail, origin: 'namespace-host-label/untrusted-caller' }
}

function fieldOf(key: string): string {
  return `metadata.labels[${key}]`
}
