import { X509Certificate } from 'node:crypto'

/** The certificates in a PEM text. */
export interface Certificates {
  readonly certificates: readonly X509Certificate[]
  /** False where something begins like a block and is no certificate; words between the blocks are nothing. */
  readonly isClean: boolean
}

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Reads every certificate of a PEM text in its order; what cannot be read is left out. */
export function readCertificates(pem: string): Certificates {
  const parsed = (pem.match(block) ?? []).map(parseCertificate)
  const certificates = parsed.filter((certificate) => certificate !== undefined)
  const isClean = certificates.length === parsed.length && !pem.replaceAll(block, '').includes('-----BEGIN')
  return { certificates, isClean }
}

/** The certificates as one PEM text, each once. */
export function joinCertificates(certificates: readonly X509Certificate[]): string {
  return [...new Set(certificates.map((certificate) => certificate.toString()))].join('')
}

/**
 * The first certificate of a PEM text; undefined where there is none that can be worked with. Some parse and throw
 * at the first question: their key is of no known kind, or their time is none.
 */
export function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(pem)
    const { publicKey, validFromDate, validToDate } = certificate
    const isUsable = publicKey.type === 'public' && isTime(validFromDate) && isTime(validToDate)
    return isUsable ? certificate : undefined
  } catch {
    return undefined
  }
}

function isTime(date: Date): boolean {
  return Number.isFinite(date.getTime())
}
