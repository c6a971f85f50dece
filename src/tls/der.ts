/** The few pieces of DER that a certificate is made of, encoded by node-forge. */
import forge from 'node-forge'

export type Der = forge.asn1.Asn1

const { asn1 } = forge
const { Class, Type } = asn1

export function sequence(...parts: readonly Der[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, [...parts])
}

export function set(...parts: readonly Der[]): Der {
  return asn1.create(Class.UNIVERSAL, Type.SET, true, [...parts])
}

/** A constructed value under a context tag, such as `[3] EXPLICIT`. */
export function tagged(tag: number, ...parts: readonly Der[]): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, true, [...parts])
}

/** Plain bytes under a context tag, such as `[2] IMPLICIT IA5String`. */
export function taggedBytes(tag: number, bytes: Buffer): Der {
  return asn1.create(Class.CONTEXT_SPECIFIC, tag, false, bytes.toString('latin1'))
}

/** A positive integer: the first bit of `bytes` must be zero. */
export function integer(bytes: Buffer): Der {
  return primitive(Type.INTEGER, bytes)
}

export function boolean(value: boolean): Der {
  return primitive(Type.BOOLEAN, Buffer.from([value ? 0xff : 0]))
}

export function octets(bytes: Buffer): Der {
  return primitive(Type.OCTETSTRING, bytes)
}

export function bits(bytes: Buffer, unused = 0): Der {
  return primitive(Type.BITSTRING, Buffer.concat([Buffer.from([unused]), bytes]))
}

export function text(value: string): Der {
  return primitive(Type.UTF8, Buffer.from(value, 'utf8'))
}

export function oid(dotted: string): Der {
  return asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(dotted).getBytes())
}

/** Two-digit years end in 2049 (RFC 5280 4.1.2.5). */
export function time(date: Date): Der {
  return date.getUTCFullYear() < 2050
    ? asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date))
}

export function encode(der: Der): Buffer {
  return Buffer.from(asn1.toDer(der).getBytes(), 'latin1')
}

/** Throws on anything that is no DER. */
export function decode(bytes: Buffer): Der {
  return asn1.fromDer(bytes.toString('latin1'))
}

/** The parts of a constructed value; none of a primitive one. */
export function partsOf(der: Der | undefined): readonly Der[] {
  return Array.isArray(der?.value) ? der.value : []
}

/** The bytes of a primitive value; none of a constructed one. */
export function bytesOf(der: Der): Buffer {
  return Buffer.from(typeof der.value === 'string' ? der.value : '', 'latin1')
}

function primitive(type: forge.asn1.Type, bytes: Buffer): Der {
  return asn1.create(Class.UNIVERSAL, type, false, bytes.toString('latin1'))
}
