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
  const parsed = (pem.match(block) ?? []).map(parse)
  const certificates = parsed.filter((certificate) => certificate !== undefined)
  const isClean = certificates.length === parsed.length && !pem.replaceAll(block, '').includes('-----BEGIN')
  return { certificates, isClean }
}

/** The certificates as one PEM text, each once. */
export function joinCertificates(certificates: readonly X509Certificate[]): string {
  return [...new Set(certificates.map((certificate) => certificate.toString()))].join('')
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}
