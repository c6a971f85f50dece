import { foldCase, inApex } from '../hostnames/name.ts'
import type { Apexes } from '../tenancy/apexes.ts'
import type { OpenTenancy } from '../tenancy/tenancy.ts'
import type { Advice, Verdict, Violation } from './guard.ts'
import { hostnameKey, refuseMalformedName, type HostnameField } from './hostname-violation.ts'
import type { GuardId } from './resources.ts'
import { quote, quoteShort } from './violation.ts'

/** What {@link judgeApexHostname} reports beside malformed names, for the guards' `origins`. */
export const apexOrigins = { 'outside-apex': 'a hostname is neither the apex of the tenant nor below it' } as const

/**
 * Judges a hostname that must be the apex of the tenant or lie below it. Inside the longer apex of another tenant
 * it earns advice: a parent may use it (an ACME solver has to), but it takes a child's traffic. Whose it is stays
 * hidden. Source: reference/tenant-gateways.md 2.1 to 2.3.
 */
export function judgeApexHostname(guard: GuardId, field: HostnameField, tenancy: OpenTenancy, apexes: Apexes): Verdict {
  const malformed = refuseMalformedName(guard, field)
  if (malformed !== undefined || typeof field.value !== 'string') {
    return { violations: malformed === undefined ? [] : [malformed], advice: [] }
  }
  const name = foldCase(field.value)
  if (!inApex(name, tenancy.apex)) return { violations: [outsideApex(guard, field, tenancy)], advice: [] }
  const owner = apexes.ownerOf(name)
  if (owner === undefined || owner.apex === tenancy.apex) return silence
  const text = `${quoteShort(field.value)} lies inside the apex of a child tenant, which may lose traffic to it`
  return { violations: [], advice: [{ field: field.field, text }] }
}

const silence: Verdict = { violations: [], advice: [] }

function outsideApex(
  guard: GuardId,
  { field, kind, value }: HostnameField,
  { apex, namespace, label }: OpenTenancy,
): Violation {
  return {
    field,
    type: 'Forbidden',
    malformed: false,
    value,
    detail: `${quote(value)} is outside: hostnames must equal '${apex}' or end with '.${apex}', the apex of namespace ${quote(namespace)} (label '${label}')`,
    origin: `${guard}/outside-apex`,
    ratchetKey: hostnameKey(kind, value),
    kept: `${quoteShort(value)} is outside the apex '${apex}'`,
  }
}

/** Several verdicts as one. */
export function joinVerdicts(verdicts: readonly Verdict[]): Verdict {
  const violations: Violation[] = []
  const advice: Advice[] = []
  for (const verdict of verdicts) {
    for (const violation of verdict.violations) violations.push(violation)
    for (const item of verdict.advice) advice.push(item)
  }
  return { violations, advice }
}
