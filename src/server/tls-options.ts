import type { SecureContextOptions } from 'node:tls'
import type { KeyPair } from './ports.ts'

/**
 * The full set of TLS settings. Nothing else may feed `setSecureContext`: what it is not given falls back to
 * Node's defaults (reference/tls.md 5).
 */
export function buildTlsOptions({ cert, key }: KeyPair): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3', honorCipherOrder: true }
}
