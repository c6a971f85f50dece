/** Encodes answers as AdmissionReview v1, the uid returned as it came. */
import { maxValueLength } from '../guards/violation.ts'
import type { Decision } from './decision.ts'
import type { ReviewDecision } from './ports.ts'

const envelope = '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":'

/** Beyond this an audit annotation stops helping and starts filling the audit log. */
const maxAnnotatedOrigins = 20

/** The verdict as metrics and audit annotations name it. */
export function nameDecision({ allowed, code, warnings }: Decision): ReviewDecision {
  if (!allowed) return code === 500 ? 'error' : 'denied'
  return warnings.length > 0 ? 'warned' : 'allowed'
}

/** The AdmissionReview that answers a validating review. It never carries a patch: that would be a call failure. */
export function encodeDecision(uid: string, decision: Decision): string {
  if (decision.allowed && decision.violations.length === 0 && decision.warnings.length === 0) {
    return `${envelope}{"uid":${JSON.stringify(uid)},"allowed":true,"auditAnnotations":{"decision":"allowed"}}}`
  }
  return `${envelope}${JSON.stringify({
    uid,
    allowed: decision.allowed,
    status: decision.allowed ? undefined : statusOf(decision),
    warnings: decision.warnings.length === 0 ? undefined : decision.warnings,
    auditAnnotations: annotationsOf(decision),
  })}}`
}

/** The AdmissionReview that answers a mutating review with an RFC 6902 patch; no patch where there is nothing to do. */
export function encodePatch(uid: string, operations: readonly object[]): string {
  const patch = Buffer.from(JSON.stringify(operations)).toString('base64')
  return `${envelope}${JSON.stringify({
    uid,
    allowed: true,
    ...(operations.length === 0 ? {} : { patchType: 'JSONPatch', patch }),
  })}}`
}

const reasons = { 403: 'Forbidden', 422: 'Invalid', 500: 'InternalError' } as const

function statusOf({ code, message, violations }: Decision): object {
  if (code === 200) return {}
  const reason = reasons[code]
  // With details kubectl drops the message of an Invalid answer (reference/control-plane.md 6).
  if (code !== 403) return { code, message, reason }
  const causes = violations
    .filter(({ effect }) => effect === 'deny')
    .slice(0, maxAnnotatedOrigins)
    .map(({ field, type, origin }) => ({ field: field.slice(0, maxValueLength), reason: type, message: origin }))
  return { code, message, reason, details: { causes } }
}

function annotationsOf(decision: Decision): object {
  const origins = [...new Set(decision.violations.map(({ origin }) => origin))].slice(0, maxAnnotatedOrigins)
  return {
    decision: nameDecision(decision),
    violations: origins.length === 0 ? undefined : origins.join(','),
    error: decision.code === 500 ? 'guard-failed' : undefined,
  }
}
