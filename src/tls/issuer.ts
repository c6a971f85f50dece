import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { subjectKeyIdOid } from './certificate-extensions.ts'
import { bytesOf, decode, type Der, oid, partsOf } from './der.ts'

/** What a CA gives to the certificates that it signs. */
export interface Issuer {
  readonly key: KeyObject
  /** As it stands in its certificate: verifiers compare names byte by byte. */
  readonly name: Der
  readonly keyId: Buffer
}

/** Reads a CA from its PEM certificate and key; throws where the two cannot sign. */
export function readIssuer({ cert, key }: { readonly cert: string; readonly key: string }): Issuer {
  const certificate = new X509Certificate(cert)
  const privateKey = createPrivateKey(key)
  if (!certificate.ca) throw new Error('The issuer is no CA')
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('The key of the issuer is not that of its certificate')
  if (privateKey.asymmetricKeyType !== 'ec') throw new Error('The key of the issuer is no ECDSA key')
  // TBSCertificate: version, serial, signature, issuer, validity, subject, key, extensions (RFC 5280 4.1).
  const [body] = partsOf(decode(certificate.raw))
  const [, , , , , name, , ...rest] = partsOf(body)
  const keyId = findSubjectKeyId(rest.at(-1))
  if (name === undefined || keyId === undefined) throw new Error('The certificate of the issuer has no key identifier')
  return { key: privateKey, name, keyId }
}

function findSubjectKeyId(extensions: Der | undefined): Buffer | undefined {
  const id = oid(subjectKeyIdOid).value
  const found = partsOf(partsOf(extensions)[0]).find((extension) => partsOf(extension)[0]?.value === id)
  const wrapped = partsOf(found).at(-1)
  // The value of an extension is an OCTET STRING; of this one, another OCTET STRING stands in it.
  return wrapped === undefined ? undefined : bytesOf(decode(bytesOf(wrapped)))
}
