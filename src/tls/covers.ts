import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** Whether a client that calls `name`, a DNS name or an IP address, accepts the certificate for it. */
export function isCovered(certificate: X509Certificate, name: string): boolean {
  // Go looks at no common name, so neither do we.
  if (isIP(name) > 0) return certificate.checkIP(name) !== undefined
  return certificate.checkHost(name, { subject: 'never' }) !== undefined
}
