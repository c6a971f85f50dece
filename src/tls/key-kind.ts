import type { KeyObject } from 'node:crypto'

const curves: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
])

/** OpenSSL's security level 2 and Go want this much of RSA. */
const leastRsaBits = 2048

/** `ECDSA P-256`, `RSA 2048`. */
export function describeKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'ec') return `ECDSA ${curves.get(namedCurve) ?? namedCurve}`
  const name = asymmetricKeyType?.toUpperCase() ?? 'unknown'
  return modulusLength === undefined ? name : `${name} ${modulusLength}`
}

/** Why clients of TLS would not take a certificate for this key. */
export function findKeyFault(key: KeyObject): string[] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'ec':
      return curves.has(namedCurve) ? [] : ['its curve is none that clients of TLS offer']
    case 'rsa':
      return modulusLength < leastRsaBits ? [`its RSA key is shorter than ${leastRsaBits} bits`] : []
    case 'ed25519':
      return []
    default:
      return ['its key is of a kind that clients of TLS do not offer']
  }
}
