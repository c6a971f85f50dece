import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** Whether a client that calls `name`, a DNS name or an IP address, accepts the certificate for it. */
export function isCovered(certificate: X509Certificate, name: string): boolean {
  // Go looks at no common name, so neither do we.
  if (isIP(name) > 0) return certificate.checkIP(name) !== undefined
  return certificate.checkHost(name, { subject: 'never' }) !== undefined
}

const serverAuth = '1.3.6.1.5.5.7.3.1'
const anyUsage = '2.5.29.37.0'

/** Whether its extended key usage lets it serve TLS; one without any may do everything. */
export function isForServers({ keyUsage }: X509Certificate): boolean {
  // What Node.js calls so is the extended one.
  return keyUsage === undefined || keyUsage.includes(serverAuth) || keyUsage.includes(anyUsage)
}
