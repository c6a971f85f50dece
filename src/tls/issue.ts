/** Issues certificates: keys, digests and signatures from `node:crypto`, node-forge for nothing but DER. */
import { generateKeyPair, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { encodeExtensions, keyId } from './certificate-extensions.ts'
import { bits, type Der, encode, integer, oid, sequence, set, tagged, text, time } from './der.ts'
import { readIssuer } from './issuer.ts'

/** A certificate and its private key (PKCS #8), both PEM. */
export interface IssuedCertificate {
  readonly cert: string
  readonly key: string
}

export type CertificateRequest = Contents & Lifetime

/** From `now` on. */
export type Lifetime = { readonly days: number } | { readonly lifetimeMs: number }

interface Contents {
  readonly commonName: string
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  /** Who signs; absent: the certificate signs itself. */
  readonly issuer?: IssuedCertificate
  /** A CA signs certificates, anything else serves TLS. */
  readonly ca?: boolean
  readonly now: Date
}

/** Clocks differ a little, and a certificate of the future is refused. */
const backdateMilliseconds = 5 * 60_000
/** A certificate of minutes must not look two thirds over when it is made. */
const backdateShare = 0.1
const dayMilliseconds = 86_400_000
/** RFC 5280 appendix A.1, `ub-common-name`. */
const maxCommonNameLength = 64
/** Uncompressed: one byte of form, two coordinates. */
const pointLength = 65

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'))
const ecPublicKeyOnP256 = sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'))
const commonNameOid = '2.5.4.3'

const generateKeyPairAsync = promisify(generateKeyPair)

/** What a CA of Gatehouse is called: the day tells people two in one bundle apart; verifiers go by the key identifier. */
export function nameCa(now: Date): string {
  return `Gatehouse CA ${now.toISOString().slice(0, 10)}`
}

/** Issues an X.509 v3 certificate for a new ECDSA P-256 key. */
export async function issueCertificate(request: CertificateRequest): Promise<IssuedCertificate> {
  const { commonName, dnsNames = [], ipAddresses = [], ca = false, now } = request
  if (commonName.length === 0 || commonName.length > maxCommonNameLength) {
    throw new RangeError(`A common name has 1 to ${maxCommonNameLength} characters, not ${commonName.length}`)
  }
  const { publicKey, privateKey } = await generateKeyPairAsync('ec', { namedCurve: 'P-256' })
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-pointLength)
  const subject = encodeName(commonName)
  const subjectKeyId = keyId(point)
  const lifetimeMs = 'days' in request ? request.days * dayMilliseconds : request.lifetimeMs
  const backdate = Math.min(backdateMilliseconds, lifetimeMs * backdateShare)
  const signer = request.issuer === undefined ? undefined : readIssuer(request.issuer)

  const body = sequence(
    tagged(0, integer(Buffer.from([2]))), // version 3
    integer(randomSerial()),
    ecdsaWithSha256,
    signer?.name ?? subject,
    sequence(time(new Date(now.getTime() - backdate)), time(new Date(now.getTime() + lifetimeMs))),
    subject,
    sequence(ecPublicKeyOnP256, bits(point)),
    tagged(
      3,
      encodeExtensions({ ca, dnsNames, ipAddresses, subjectKeyId, issuerKeyId: signer?.keyId ?? subjectKeyId }),
    ),
  )
  const signature = sign('sha256', encode(body), signer?.key ?? privateKey)
  const certificate = encode(sequence(body, ecdsaWithSha256, bits(signature)))
  return {
    cert: encodePem(certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

function encodeName(commonName: string): Der {
  return sequence(set(sequence(oid(commonNameOid), text(commonName))))
}

/** 126 random bits: never zero, never negative, and without a leading zero byte that DER would forbid. */
function randomSerial(): Buffer {
  const serial = randomBytes(16)
  serial.writeUInt8((serial.readUInt8(0) & 0x3f) | 0x40, 0)
  return serial
}

function encodePem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
