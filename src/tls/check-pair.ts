/** The checks before a pair is served (reference/tls.md 7.1). */
import { createPrivateKey, type X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { KeyPair } from '../server/ports.ts'
import { findChain, isValidAt } from './chain.ts'
import { isCovered, isForServers } from './covers.ts'
import { parseCertificate, readCertificates } from './pem.ts'

export interface PairText {
  /** PEM, leaf first. */
  readonly cert: string
  readonly key: string
  /** The CA that the chain must lead to, PEM; absent or blank: any. */
  readonly ca?: string | undefined
}

export interface PairDemands {
  /** DNS names and IP addresses that the leaf must cover. */
  readonly requiredNames?: readonly string[]
  /** When it must be valid; absent: an expired one will do. */
  readonly at?: Date
}

/** A pair that must not be served, in words for the one who installed it; nothing of its content is among them. */
export class PairError extends Error {
  override readonly name = 'PairError'
}

/** The pair, ready to serve. Throws a {@link PairError}. */
export function checkKeyPair({ cert, key, ca = '' }: PairText, { requiredNames = [], at }: PairDemands = {}): KeyPair {
  const leaf = parseCertificate(cert)
  if (leaf === undefined) throw new PairError('there is no PEM certificate')
  const privateKey = attempt('there is no unencrypted PEM private key', () => createPrivateKey(key))
  // OpenSSL compares the two only where they are of one type, and serves nobody where they are not.
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new PairError('the private key does not belong to the first certificate')
  }
  attempt('it cannot be served', () => createSecureContext({ cert, key }))
  const [, ...others] = readCertificates(cert).certificates
  const faults = [
    ...(isForServers(leaf) ? [] : ['the extended key usage of the certificate does not let it serve TLS']),
    ...(at === undefined
      ? []
      : [
          ...findExpiry('the certificate', leaf, at),
          ...others.filter(isIntermediate).flatMap((other) => findExpiry('an intermediate certificate', other, at)),
        ]),
    ...requiredNames.filter((name) => !isCovered(leaf, name)).map((name) => `the certificate does not cover '${name}'`),
    ...(ca.trim() === '' ? [] : findStranger(leaf, others, ca, at)),
  ]
  if (faults.length > 0) throw new PairError(faults.join('; '))
  return { cert, key, notBefore: leaf.validFromDate, notAfter: leaf.validToDate }
}

/** A root that is sent along is looked at by nobody. */
function isIntermediate({ subject, issuer }: X509Certificate): boolean {
  return subject !== issuer
}

function findExpiry(which: string, certificate: X509Certificate, at: Date): string[] {
  if (isValidAt(certificate, at)) return []
  const { validFromDate, validToDate } = certificate
  return validToDate <= at
    ? [`${which} expired at ${validToDate.toISOString()}`]
    : [`${which} is valid from ${validFromDate.toISOString()} on`]
}

function findStranger(
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  ca: string,
  at: Date | undefined,
): string[] {
  const roots = readCertificates(ca).certificates
  if (roots.length === 0) return ["there is no certificate in the CA's file"]
  // The validity of what is sent is a fault of its own.
  const isFound = findChain(leaf, {
    intermediates,
    roots: at === undefined ? roots : roots.filter((root) => isValidAt(root, at)),
  })
  return isFound ? [] : ['the certificate does not lead to the CA beside it']
}

function attempt<T>(fault: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    throw new PairError(fault, { cause: error })
  }
}
