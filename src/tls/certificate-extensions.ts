import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { bits, boolean, type Der, encode, integer, octets, oid, sequence, taggedBytes } from './der.ts'

export interface ExtensionFacts {
  readonly ca: boolean
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly subjectKeyId: Buffer
  readonly issuerKeyId: Buffer
}

export const subjectKeyIdOid = '2.5.29.14'

/** The extensions of a certificate, each as RFC 5280 section 4.2.1 has it. */
export function encodeExtensions({ ca, dnsNames, ipAddresses, subjectKeyId, issuerKeyId }: ExtensionFacts): Der {
  const names = [
    ...dnsNames.map((name) => taggedBytes(2, nameBytes(name))),
    ...ipAddresses.map((address) => taggedBytes(7, addressBytes(address))),
  ]
  return sequence(
    // A CA of ours signs leaves alone: a path length of zero.
    extension('2.5.29.19', true, ca ? sequence(boolean(true), integer(Buffer.from([0]))) : sequence()),
    // keyCertSign and cRLSign, or digitalSignature: all that ECDSA is asked for in TLS.
    extension('2.5.29.15', true, ca ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0x80]), 7)),
    ...(ca ? [] : [extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1')))]),
    extension(subjectKeyIdOid, false, octets(subjectKeyId)),
    extension('2.5.29.35', false, sequence(taggedBytes(0, issuerKeyId))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', false, sequence(...names))]),
  )
}

/** Identifies a key by the first 160 bits of the SHA-256 of its point (RFC 7093 section 2, method 1). */
export function keyId(point: Buffer): Buffer {
  return createHash('sha256').update(point).digest().subarray(0, 20)
}

function extension(id: string, critical: boolean, value: Der): Der {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(encode(value)))
}

function nameBytes(name: string): Buffer {
  if (!/^[!-~]+$/.test(name)) throw new RangeError('A DNS name in a certificate is printable ASCII')
  return Buffer.from(name, 'latin1')
}

/** An address as RFC 5280 4.2.1.6 wants it: four bytes or sixteen. */
function addressBytes(address: string): Buffer {
  const version = isIP(address)
  if (version === 0) throw new RangeError(`'${address}' is no IP address`)
  if (version === 4) return Buffer.from(address.split('.').map(Number))
  // The parser of URLs settles the spellings, an IPv4 address at the end included; what is left is `::`.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0)
  return Buffer.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]))
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
