/**
 * What to do next about Gatehouse's own CA and leaf, in the order of reference/tls.md section 8. Pure: whoever calls
 * reads everything afresh, carries out the one step, and asks again. So a crash between two steps costs nothing, and
 * what was written is read back before anything rests on it.
 */
import type { X509Certificate } from 'node:crypto'
import { joinCertificates, readCertificates } from './pem.ts'
import { awaitPods, finishChange, verifyService } from './rotation-finish.ts'
import {
  type Ca,
  endOfNewLeaf,
  hasKey,
  isOfFuture,
  type Leaf,
  listCaCertificates,
  readCa,
  readLeaf,
  slotOf,
  slotOfPrevious,
  textOf,
} from './rotation-material.ts'
import type { RotationSettings, RotationState, RotationStep } from './rotation-step.ts'

/** An admission registration is seen by every API server within moments of its write; this is many times that. */
const defaultSettleMs = 10_000
/** Leaves the change of a CA a third of a leaf's life over the full one that must remain. */
const leafLivesLeft = 4 / 3

/** The next step, or nothing: everything is as it should be, and every pod was seen to serve it. */
export function planRotation(state: RotationState, settings: RotationSettings): RotationStep | undefined {
  if (settings.caLifetimeMs < 3 * settings.leafLifetimeMs) {
    throw new RangeError('The lifetime of the CA must be at least three times that of its leaves')
  }
  const { caSecret, tlsSecret, now } = state
  const current = readCa(caSecret, 'tls')
  const next = signerIn(readCa(caSecret, 'next'), now)
  if (current === undefined) return replaceCa(state, next)
  const previous = listCaCertificates(caSecret).filter((ca) => !isIn([current, next], ca))
  if (next === undefined && hasKey(caSecret, 'next')) {
    return { kind: 'write-ca-secret', data: { ...slotOf(current), ...slotOfPrevious(previous) } }
  }

  const known = [next, current].filter((ca) => ca !== undefined)
  const leaf = readLeaf(tlsSecret, known, settings, now)
  const published = state.registrations.map((registration) => ({
    ...registration,
    ...readCertificates(registration.caBundle),
  }))

  // A leaf that cannot stay waits for nothing but a CA that is trusted already: a bundle that cannot be written must
  // not let it expire.
  const trusted = known.find(
    (ca) => signerIn(ca, now) && published.every(({ certificates }) => holds(certificates, ca.certificate)),
  )
  if (trusted !== undefined && (leaf === undefined || leaf.cause !== undefined)) {
    return issueLeaf(trusted, leaf, state, settings)
  }
  if (next === undefined && isCaDue(current, settings, now)) {
    const cause = current.certificate.validToDate <= now ? 'expired' : 'due'
    return { kind: 'create-ca', cause, slot: 'next', keep: { ...slotOf(current), ...slotOfPrevious(previous) } }
  }

  const mounted = leaf?.mountedIssuer
  const required = [
    ...known.map(({ certificate }) => certificate),
    ...previous,
    ...(mounted === undefined ? [] : [mounted]),
  ]
  const lacking = published.filter(
    ({ certificates, isClean }) => !isClean || required.some((ca) => !holds(certificates, ca)),
  )
  if (lacking.length > 0) {
    const writes = lacking.map(({ id, certificates }) => ({
      id,
      caBundle: joinCertificates([...required, ...certificates]),
    }))
    return { kind: 'write-bundles', drop: false, writes }
  }

  const wanted = next ?? current
  if (leaf?.issuer !== wanted) return issueLeaf(wanted, leaf, state, settings)
  return (
    awaitPods(leaf.certificate.serialNumber, state) ??
    verifyService(leaf.certificate.serialNumber, state) ??
    finishChange(wanted, caSecret, published)
  )
}

/** No CA that could sign: the next one takes its place, or a new one. Whatever was trusted stays so for now. */
function replaceCa({ caSecret, tlsSecret }: RotationState, next: Ca | undefined): RotationStep {
  const beside = readCertificates(textOf(tlsSecret, 'ca.crt')).certificates.filter((certificate) => certificate.ca)
  const others = [...listCaCertificates(caSecret), ...beside].filter((ca) => !isIn([next], ca))
  const keep = slotOfPrevious(others)
  if (next !== undefined) return { kind: 'write-ca-secret', data: { ...slotOf(next), ...keep } }
  return { kind: 'create-ca', cause: hasKey(caSecret, 'tls') ? 'broken' : 'missing', slot: 'tls', keep }
}

function issueLeaf(issuer: Ca, leaf: Leaf | undefined, state: RotationState, settings: RotationSettings): RotationStep {
  const { registrations, tlsSecret, now } = state
  const isServable = leaf !== undefined && leaf.cause !== 'expired' && leaf.cause !== 'broken'
  const settleMs = settings.settleMs ?? defaultSettleMs
  const until = Math.max(...registrations.map(({ since }) => since.getTime() + settleMs))
  if (isServable && leaf.issuer !== issuer && until > now.getTime()) {
    return { kind: 'wait-for-registrations', until: new Date(until) }
  }
  const absent = hasKey(tlsSecret, 'tls') ? 'broken' : 'missing'
  const cause = leaf === undefined ? absent : (leaf.cause ?? 'issuer')
  return { kind: 'issue-leaf', cause, issuer: issuer.pair, notAfter: endOfNewLeaf(issuer, settings, now) }
}

function isCaDue({ certificate }: Ca, { leafLifetimeMs }: RotationSettings, now: Date): boolean {
  const [start, end] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()]
  const left = end - now.getTime()
  return left <= Math.max((end - start) / 3, leafLifetimeMs * leafLivesLeft) || isOfFuture(certificate, now)
}

function signerIn(ca: Ca | undefined, now: Date): Ca | undefined {
  if (ca === undefined || ca.certificate.validToDate <= now) return undefined
  return isOfFuture(ca.certificate, now) ? undefined : ca
}

function holds(certificates: readonly X509Certificate[], certificate: X509Certificate): boolean {
  return certificates.some(({ raw }) => raw.equals(certificate.raw))
}

function isIn(cas: readonly (Ca | undefined)[], certificate: X509Certificate): boolean {
  return cas.some((ca) => ca?.certificate.raw.equals(certificate.raw))
}
