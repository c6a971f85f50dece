/** The serving certificate from a pair of PEM files, checked before it is used (reference/tls.md 7.1). */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { CertificateSource, KeyPair } from '../server/ports.ts'

export interface KeyPairFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A chain is a few kilobytes; parsers of PEM never see more than this (CVE-2024-12401). */
const maxFileBytes = 256 * 1024

/** The pair in the two files, for as long as the process runs. Throws what {@link loadKeyPair} throws. */
export function openKeyPair(files: KeyPairFiles): CertificateSource {
  const pair = loadKeyPair(files)
  return { current: () => pair, onChange: () => () => {} }
}

/** Loads the pair, or throws an error that names the file and what is wrong. An expired certificate is no error. */
export function loadKeyPair({ certFile, keyFile }: KeyPairFiles): KeyPair {
  const cert = read('certificate', certFile)
  const key = read('private key', keyFile)
  const leaf = parseCertificate(cert, certFile)
  // OpenSSL compares the two only where they are of one type, and serves nobody where they are not.
  if (!leaf.checkPrivateKey(parseKey(key, keyFile))) {
    throw new Error(`The private key in '${keyFile}' does not belong to the first certificate in '${certFile}'`)
  }
  tryServing(cert, key, certFile)
  return { cert, key, notBefore: leaf.validFromDate, notAfter: leaf.validToDate }
}

function read(what: string, file: string): string {
  try {
    if (statSync(file).size > maxFileBytes) throw new Error('it is larger than 256 KiB')
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`The ${what} cannot be read: ${explain(error)} ('${file}')`, { cause: error })
  }
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw new Error(`There is no PEM certificate in '${file}'`, { cause: error })
  }
}

function parseKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    throw new Error(`There is no unencrypted PEM private key in '${file}'`, { cause: error })
  }
}

function tryServing(cert: string, key: string, certFile: string): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    throw new Error(`The certificate in '${certFile}' cannot be served: ${explain(error)}`, { cause: error })
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  return error.message
}
