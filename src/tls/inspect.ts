/** What certificates and keys are, whether they belong together, and what is wrong with them. */
import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { findChain, isSignedBy } from './chain.ts'
import { isCovered, isForServers } from './covers.ts'
import { describeKey, findKeyFault } from './key-kind.ts'
import { readCertificates } from './pem.ts'

/** A text with certificates or keys in it, and how its place is called. */
export interface Material {
  readonly place: string
  readonly pem: string
}

export interface CertificateReport {
  /** `tls.crt`, or `tls.crt, certificate 2`. */
  readonly place: string
  readonly role: 'CA' | 'leaf'
  readonly subject: string
  readonly issuer: string
  readonly names: readonly string[]
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly daysLeft: number
  readonly key: string
  /** Where its private key is; absent: not among what was looked at. */
  readonly keyPlace?: string
  /** Subjects from this one up to the CA; absent: there is no CA to verify it with. */
  readonly chain?: readonly string[]
  readonly faults: readonly string[]
}

export interface KeyReport {
  readonly place: string
  readonly key: string
  readonly belongsTo: readonly string[]
  readonly faults: readonly string[]
}

export interface Inspection {
  readonly certificates: readonly CertificateReport[]
  readonly keys: readonly KeyReport[]
  /** What is wrong beside certificates and keys that could be read. */
  readonly faults: readonly string[]
}

export interface InspectionDemands {
  readonly at: Date
  /** Names that each leaf must cover. */
  readonly requiredNames?: readonly string[]
}

interface Found {
  readonly place: string
  readonly material: Material
  /** Where in its text, from 0. */
  readonly index: number
  readonly certificate: X509Certificate
}

interface FoundKey {
  readonly place: string
  readonly key: KeyObject
}

const dayMilliseconds = 86_400_000
const keyBlock = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/g

/** Looks at everything together: a key belongs to a certificate, and a CA verifies a leaf, wherever they are. */
export function inspectMaterials(materials: readonly Material[], demands: InspectionDemands): Inspection {
  const found = materials.flatMap(findCertificates)
  const read = materials.flatMap(findKeys)
  const keys = read.filter((each) => 'key' in each)
  return {
    certificates: found.map((each) => reportCertificate(each, found, keys, demands)),
    keys: keys.map((each) => reportKey(each, found)),
    faults: [
      ...materials.filter(({ pem }) => !isPem(pem)).map(({ place }) => `${place}: there is no PEM in it`),
      ...materials
        .filter(({ pem }) => !readCertificates(pem.replaceAll(keyBlock, '')).isClean)
        .map(({ place }) => `${place}: something in it is neither a certificate nor an unencrypted private key`),
      ...read.flatMap((each) => ('fault' in each ? [`${each.place}: ${each.fault}`] : [])),
    ],
  }
}

/** Whether a text has a PEM block in it. */
export function isPem(text: string): boolean {
  return /^-----BEGIN /m.test(text)
}

function findCertificates(material: Material): Found[] {
  const { certificates } = readCertificates(material.pem)
  return certificates.map((certificate, index) => {
    const place = certificates.length === 1 ? material.place : `${material.place}, certificate ${index + 1}`
    return { place, material, index, certificate }
  })
}

function findKeys({ place, pem }: Material): (FoundKey | { readonly place: string; readonly fault: string })[] {
  return (pem.match(keyBlock) ?? []).map((text) => {
    try {
      return { place, key: createPrivateKey(text) }
    } catch {
      return { place, fault: 'there is a private key that cannot be read; it may be encrypted' }
    }
  })
}

function reportCertificate(
  each: Found,
  found: readonly Found[],
  keys: readonly FoundKey[],
  { at, requiredNames = [] }: InspectionDemands,
): CertificateReport {
  const { certificate, place, index } = each
  const { subject, issuer, serialNumber, validFromDate, validToDate, ca, publicKey } = certificate
  const names = readNames(certificate)
  const ownKey = keys.find(({ key }) => certificate.checkPrivateKey(key))
  const chain = describeChain(each, found)
  const faults = [
    ...(validToDate <= at ? ['it has expired'] : []),
    ...(validFromDate > at ? ['it is not valid yet'] : []),
    ...findKeyFault(publicKey),
    ...(ca ? [] : findLeafFaults(certificate, names, requiredNames)),
    ...(chain?.length === 0 ? ['no CA among what was looked at has signed it'] : []),
    ...(ownKey !== undefined && index > 0 && !ca ? ['it must come first in its file: only the first is served'] : []),
  ]
  return {
    place,
    role: ca ? 'CA' : 'leaf',
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    names,
    serial: serialNumber,
    notBefore: validFromDate,
    notAfter: validToDate,
    daysLeft: Math.floor((validToDate.getTime() - at.getTime()) / dayMilliseconds),
    key: describeKey(publicKey),
    ...(ownKey === undefined ? {} : { keyPlace: ownKey.place }),
    ...(chain === undefined || chain.length === 0 ? {} : { chain }),
    faults,
  }
}

function findLeafFaults(leaf: X509Certificate, names: readonly string[], requiredNames: readonly string[]): string[] {
  return [
    ...(names.length === 0 ? ['it has no subject alternative name, and an API server looks at nothing else'] : []),
    ...(isForServers(leaf) ? [] : ['its extended key usage does not let it serve TLS']),
    ...requiredNames.filter((name) => !isCovered(leaf, name)).map((name) => `it does not cover '${name}'`),
  ]
}

/** Subjects up to a CA; empty where there are CAs and none leads to it; undefined where there is nothing to say. */
function describeChain({ certificate, material }: Found, found: readonly Found[]): string[] | undefined {
  const isSelfSigned = isSignedBy(certificate, certificate)
  if (certificate.ca && isSelfSigned) return [oneLine(certificate.subject)]
  const cas = found.filter((other) => other.certificate.ca && other.certificate !== certificate)
  const sent = cas.filter((other) => other.material === material).map((other) => other.certificate)
  const trusted = cas.filter((other) => other.material !== material).map((other) => other.certificate)
  const roots = [...trusted, ...sent.filter((ca) => isSignedBy(ca, ca))]
  const chain = findChain(certificate, { intermediates: sent, roots })
  if (chain !== undefined) return chain.map(({ subject }) => oneLine(subject))
  if (isSelfSigned) return [oneLine(certificate.subject)]
  // An intermediate alone has its CA elsewhere.
  return certificate.ca || roots.length === 0 ? undefined : []
}

function reportKey({ place, key }: FoundKey, found: readonly Found[]): KeyReport {
  const belongsTo = found.filter(({ certificate }) => certificate.checkPrivateKey(key)).map((each) => each.place)
  const isAlone = found.length === 0 || belongsTo.length > 0
  const faults = isAlone ? [] : ['it belongs to none of the certificates']
  return { place, key: describeKey(key), belongsTo, faults }
}

/** The names as Node spells them, without their type. */
function readNames({ subjectAltName }: X509Certificate): string[] {
  if (subjectAltName === undefined) return []
  // A comma within a name is quoted, and only a type has a colon behind a word.
  return subjectAltName.split(/, (?=[A-Za-z ]+:)/).map((name) => name.replace(/^(DNS|IP Address):/, ''))
}

/** Node puts each part of a name on a line of its own. */
function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}
