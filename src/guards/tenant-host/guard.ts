import { explainNameFault, foldCase, inApex, labelCount } from '../../hostnames/name.ts'
import type { Settings } from '../../tenancy/settings.ts'
import { isTrusted } from '../../tenancy/trust.ts'
import { explainApexFault } from '../apex-fault.ts'
import { absent, descend, type Descent } from '../descend.ts'
import type { Advice, Guard, GuardInput, Json, Verdict, Violation } from '../guard.ts'
import { isEqual, member } from '../json.ts'
import { quote, quoteShort } from '../violation.ts'

const origins = {
  'untrusted-caller': '`spec.host` is set, changed or removed by a caller who is not trusted',
  'malformed-host': '`spec.host` is not a DNS name that can be an apex',
  'malformed-spec': '`spec` is not an object',
} as const

/**
 * Only trusted callers decide which host a Tenant has, and it must be a name that can be an apex.
 *
 * **Restricted fields:** `spec.host` of Tenant, in every namespace.
 * **Allowed values:** whatever is stored already; from a trusted caller any DNS name of at least two labels
 * and at most 63 characters, without wildcard, that is no parent of the root host, or none at all.
 * **Why:** the host becomes the apex of the tenant's namespace, and every hostname guard believes it.
 *
 * Source: reference/tenant-gateways.md 2.5, DESIGN section 10.
 */
export const tenantHost = {
  id: 'tenant-host',
  title: 'Only trusted callers set the host of a Tenant',
  origins,
  concerns: () => true,
  namespaces: () => [],
  reads: (object) => [hostOf(object)],
  // A stored fault is found by comparison, since the ratchet would also excuse other spellings from the untrusted.
  ratchet: false,
  check(input, settings) {
    const requested = hostOf(input.object)
    const stored = input.operation === 'UPDATE' ? hostOf(input.oldObject) : absent
    if (isSameHost(requested, stored)) return { violations: faultsOf(requested, settings).map(keep), advice: [] }
    if (!isTrusted(input.caller, settings)) return { violations: [untrustedCaller(requested)], advice: [] }
    return judgeNewHost(requested, input, settings)
  },
} as const satisfies Guard

const hostPath = ['spec', 'host'] as const

/** The host a Tenant asks for. Absent, null and empty mean the same: the one inherited from its parent. */
function hostOf(tenant: Json): Descent {
  const host = descend(tenant, hostPath)
  return host.kind === 'found' && (host.value === null || host.value === '') ? absent : host
}

function isSameHost(left: Descent, right: Descent): boolean {
  if (left.kind !== 'found' || right.kind !== 'found') return isEqual(left, right)
  return typeof left.value === 'string' && typeof right.value === 'string'
    ? foldCase(left.value) === foldCase(right.value)
    : isEqual(left.value, right.value)
}

function judgeNewHost(requested: Descent, input: GuardInput, settings: Settings): Verdict {
  const violations = faultsOf(requested, settings)
  const hasHost = violations.length === 0 && requested.kind === 'found' && typeof requested.value === 'string'
  return { violations, advice: hasHost ? takenApex(requested.field, requested.value, input, settings) : [] }
}

function faultsOf(host: Descent, { rootHost }: Settings): Violation[] {
  if (host.kind === 'absent') return []
  const { field, value } = host
  if (host.kind === 'blocked') return [malformed('malformed-spec', field, value, 'must be an object')]
  const fault =
    typeof value === 'string'
      ? (explainApexFault(value) ?? explainPlace(value, rootHost))
      : explainNameFault('not-text')
  return fault === undefined ? [] : [malformed('malformed-host', field, value, fault)]
}

function explainPlace(host: string, rootHost: string): string | undefined {
  if (labelCount(host) < 2) return 'must be a DNS name of at least two labels'
  const name = foldCase(host)
  const root = foldCase(rootHost)
  return name !== root && inApex(root, name)
    ? 'must be a DNS name that is not above the root host of the platform'
    : undefined
}

function malformed(origin: keyof typeof origins, field: string, value: Json, detail: string): Violation {
  return { field, type: 'Invalid', malformed: true, value, detail, origin: `tenant-host/${origin}` }
}

function keep(violation: Violation): Violation {
  const value = quoteShort(violation.value)
  const kept = violation.origin.endsWith('/malformed-spec') ? `${value} is not an object` : `${value} cannot be an apex`
  return { ...violation, stored: true, kept }
}

// One text whoever owns the name: an untrusted caller must not learn whether somebody does.
function untrustedCaller(requested: Descent): Violation {
  const asked = requested.kind === 'absent' ? '' : `${quote(requested.value)} may not be used: `
  return {
    field: requested.kind === 'absent' ? hostPath.join('.') : requested.field,
    type: 'Forbidden',
    malformed: false,
    detail: `${asked}spec.host can only be set, changed or removed by a trusted caller; leave it alone or ask a platform administrator`,
    origin: 'tenant-host/untrusted-caller',
  }
}

function takenApex(field: string, host: string, input: GuardInput, settings: Settings): Advice[] {
  const apex = foldCase(host)
  const owner = input.facts.apexes.ownerOf(apex)
  if (owner?.apex !== apex) return []
  const own = namespaceOf(input, settings)
  return owner.namespaces.every((name) => name === own)
    ? []
    : [{ field, text: `${quoteShort(host)} is the apex of another tenant already; both would own every name in it` }]
}

/** The namespace that this Tenant becomes; undefined while nobody knows its name. DESIGN section 10. */
function namespaceOf({ namespace, name, object }: GuardInput, { namespacePrefix }: Settings): string | undefined {
  const own = name === '' ? member(member(object, 'metadata'), 'name') : name
  if (typeof own !== 'string' || own === '') return undefined
  return namespace === `${namespacePrefix}root` ? `${namespacePrefix}${own}` : `${namespace}-${own}`
}
