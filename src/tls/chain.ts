import type { X509Certificate } from 'node:crypto'

export interface ChainParts {
  /** What the server sends behind its leaf. */
  readonly intermediates?: readonly X509Certificate[]
  /** What the client trusts. */
  readonly roots: readonly X509Certificate[]
  /** Every certificate of the chain must be valid then; absent: validity is not looked at. */
  readonly at?: Date
}

/** As many as any sensible chain has, and an end for one that goes in circles. */
const maxLength = 8

/** The certificates from `leaf` to one that is trusted, both included; undefined where there is no such chain. */
export function findChain(leaf: X509Certificate, parts: ChainParts): readonly X509Certificate[] | undefined {
  const { roots, at } = parts
  const intermediates = (parts.intermediates ?? []).filter((candidate) => isUsable(candidate))
  let chain: readonly X509Certificate[] = [leaf]
  if (at !== undefined && !isValidAt(leaf, at)) return undefined
  while (chain.length < maxLength) {
    const last = chain.at(-1) ?? leaf
    if (roots.some((root) => root.raw.equals(last.raw))) return chain
    const root = roots.find((candidate) => isUsable(candidate) && isSignedBy(last, candidate))
    if (root !== undefined) return [...chain, root]
    const next = intermediates.find((candidate) => !chain.includes(candidate) && isSignedBy(last, candidate))
    if (next === undefined) return undefined
    chain = [...chain, next]
  }
  return undefined

  function isUsable(candidate: X509Certificate): boolean {
    return candidate.ca && (at === undefined || isValidAt(candidate, at))
  }
}

/** Whether `certificate` names `issuer` and carries its signature. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

export function isValidAt({ validFromDate, validToDate }: X509Certificate, at: Date): boolean {
  return validFromDate <= at && at < validToDate
}
