/** Certificates made on the spot, so that none is ever committed. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type IssuedCertificate, issueCertificate } from '../../src/tls/issue.ts'
import type { KeyPairFiles } from '../../src/tls/key-pair.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

export interface TestCertificate extends IssuedCertificate {
  /** PEM of the CA that clients trust. */
  readonly ca: string
}

/** A certificate for localhost and 127.0.0.1, signed by a CA of its own. */
export async function makeCertificate({ now = new Date(), days = 1 } = {}): Promise<TestCertificate> {
  const ca = await issueCertificate({ commonName: 'Test CA', ca: true, days: days + 1, now })
  const leaf = await issueCertificate({
    commonName: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    issuer: ca,
    days,
    now,
  })
  return { ...leaf, ca: ca.cert }
}

/** The pair as files, in a folder that goes away with the test. */
export async function writeKeyPair(t: TestContext, { cert, key }: IssuedCertificate): Promise<KeyPairFiles> {
  const folder = await makeTemporaryFolder(t)
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') }
  await writeFile(files.certFile, cert)
  await writeFile(files.keyFile, key)
  return files
}
