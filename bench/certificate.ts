import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { issueCertificate } from '../src/tls/issue.ts'

/** Where a certificate for localhost lies, and its text; it is its own authority. */
export interface ServingCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly certificate: string
}

/** Makes a certificate that lives as long as the benchmark. */
export async function makeCertificate(folder: string): Promise<ServingCertificate> {
  const { cert, key } = await issueCertificate({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    days: 1,
    now: new Date(),
  })
  const certFile = join(folder, 'tls.crt')
  const keyFile = join(folder, 'tls.key')
  writeFileSync(certFile, cert)
  writeFileSync(keyFile, key, { mode: 0o600 })
  return { certFile, keyFile, certificate: cert }
}
