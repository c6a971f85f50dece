/** Reads what the two Secrets of a rotation hold, whatever it is. */
import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { isSignedBy } from './chain.ts'
import { isCovered, isForServers } from './covers.ts'
import type { IssuedCertificate } from './issue.ts'
import { readIssuer } from './issuer.ts'
import { joinCertificates, readCertificates } from './pem.ts'
import type { Cause, RotationSettings, SecretText } from './rotation-step.ts'

/** A CA that can sign, as far as its certificate and key go. */
export interface Ca {
  readonly certificate: X509Certificate
  readonly pair: IssuedCertificate
}

/** The leaf in the TLS Secret. */
export interface Leaf {
  readonly certificate: X509Certificate
  readonly issuer: Ca | undefined
  /** The CA that lies beside it, if that signed it. */
  readonly mountedIssuer: X509Certificate | undefined
  /** What is wrong with it on its own; a wrong issuer is not among it. */
  readonly cause: Exclude<Cause, 'missing' | 'issuer'> | undefined
}

/** Whoever made it may have a clock that is ahead; beyond this it is another's mistake, and nobody waits for it. */
const toleratedAheadMs = 3_600_000

/** The CA in a slot of the CA Secret; undefined where a half is missing or broken, or the two do not belong. */
export function readCa(secret: SecretText | undefined, slot: 'tls' | 'next'): Ca | undefined {
  const [certificate] = readCertificates(textOf(secret, `${slot}.crt`)).certificates
  if (certificate === undefined) return undefined
  const pair = { cert: certificate.toString(), key: textOf(secret, `${slot}.key`) }
  try {
    readIssuer(pair)
    return { certificate, pair }
  } catch {
    return undefined
  }
}

/** Every CA certificate that the CA Secret holds, with or without its key. */
export function listCaCertificates(secret: SecretText | undefined): readonly X509Certificate[] {
  return ['tls.crt', 'next.crt', 'previous.crt']
    .flatMap((key) => readCertificates(textOf(secret, key)).certificates)
    .filter((certificate) => certificate.ca)
}

/** The leaf in the TLS Secret; undefined where there is none that could be served. */
export function readLeaf(
  secret: SecretText | undefined,
  issuers: readonly Ca[],
  settings: RotationSettings,
  now: Date,
): Leaf | undefined {
  const [certificate] = readCertificates(textOf(secret, 'tls.crt')).certificates
  const key = readKey(textOf(secret, 'tls.key'))
  if (certificate === undefined || key === undefined || !certificate.checkPrivateKey(key)) return undefined
  const beside = readCertificates(textOf(secret, 'ca.crt')).certificates
  const issuer = issuers.find((ca) => isSignedBy(certificate, ca.certificate))
  const mountedIssuer = beside.find((ca) => ca.ca && isSignedBy(certificate, ca))
  const isAlone = beside.length === 1 && mountedIssuer !== undefined
  return { certificate, issuer, mountedIssuer, cause: isAlone ? judge(certificate, issuer, settings, now) : 'broken' }
}

/** The end of a leaf that `issuer` would sign now: never after its own. */
export function endOfNewLeaf(issuer: Ca, { leafLifetimeMs }: RotationSettings, now: Date): Date {
  return new Date(Math.min(now.getTime() + leafLifetimeMs, issuer.certificate.validToDate.getTime()))
}

/** Whether it begins so late that waiting for it is no remedy. */
export function isOfFuture({ validFromDate }: X509Certificate, now: Date): boolean {
  return validFromDate.getTime() > now.getTime() + toleratedAheadMs
}

export function textOf(secret: SecretText | undefined, key: string): string {
  return secret !== undefined && Object.hasOwn(secret, key) ? (secret[key] ?? '') : ''
}

/** Whether there is anything of a pair. */
export function hasKey(secret: SecretText | undefined, name: 'tls' | 'next'): boolean {
  return textOf(secret, `${name}.crt`) !== '' || textOf(secret, `${name}.key`) !== ''
}

/** A CA as the one that signs. */
export function slotOf({ pair }: Ca): SecretText {
  return { 'tls.crt': pair.cert, 'tls.key': pair.key }
}

/** CAs that are still trusted and sign no more. */
export function slotOfPrevious(certificates: readonly X509Certificate[]): SecretText {
  return certificates.length === 0 ? {} : { 'previous.crt': joinCertificates(certificates) }
}

function judge(leaf: X509Certificate, issuer: Ca | undefined, settings: RotationSettings, now: Date): Leaf['cause'] {
  if (leaf.ca || !isForServers(leaf)) return 'broken'
  if (leaf.validToDate <= now) return 'expired'
  if (isOfFuture(leaf, now)) return 'broken'
  if (settings.names.some((name) => !isCovered(leaf, name))) return 'names'
  return isDue(leaf, issuer, settings, now) ? 'due' : undefined
}

/** At two thirds of its life, unless a new one would end no later: then it is the CA that has to change. */
function isDue(leaf: X509Certificate, issuer: Ca | undefined, settings: RotationSettings, now: Date): boolean {
  const [start, end] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()]
  if (now.getTime() < start + ((end - start) * 2) / 3) return false
  // Certificates count in seconds.
  return issuer === undefined || endOfNewLeaf(issuer, settings, now).getTime() - end >= 1000
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
