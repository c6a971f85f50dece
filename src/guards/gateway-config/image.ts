/** The grammar of image references. Source: reference/openshell-gateways.md 2.4, after the distribution project's. */
import { parseAddress } from './ip-address.ts'

export interface Image {
  /** Registry with its port, in the letters it was written in; empty where there is none. */
  readonly host: string
  readonly path: string
  readonly tag: string | undefined
  readonly digest: string | undefined
}

const maxPathLength = 255
const maxTagLength = 128
const maxPort = 65_535

/** Everything a reference may hold; blanks, control and non-ASCII characters, `%`, `?`, `#`, `+` are out. */
const alphabet = /^[A-Za-z0-9._:/@[\]-]+$/
const digits = /^[0-9]+$/
const hex = /^[0-9a-f]+$/
const hostLabel = /^[A-Za-z0-9-]+$/
const tagStart = /^[A-Za-z0-9_]/
const tagRest = /^[A-Za-z0-9_.-]+$/
const pathWord = /^[a-z0-9]+$/
const digestLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
])

/** The parts of a reference; undefined where `text` is none. */
export function parseImage(text: string): Image | undefined {
  // A bare identifier names nothing that could be pulled.
  if (!alphabet.test(text) || (text.length === 64 && hex.test(text))) return undefined
  const at = text.indexOf('@')
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest !== undefined && !isDigest(digest)) return undefined
  const { host, rest } = splitHost(at < 0 ? text : text.slice(0, at))
  const colon = rest.indexOf(':')
  const path = colon < 0 ? rest : rest.slice(0, colon)
  const tag = colon < 0 ? undefined : rest.slice(colon + 1)
  return isPath(path) && (tag === undefined || isTag(tag)) ? { host, path, tag, digest } : undefined
}

/**
 * Splits what stands in front of the first slash off, if it is a host: it has a dot or a port, is bracketed or
 * `localhost`, and has the form of one. Anything else is the first segment of a path.
 */
export function splitHost(name: string): { readonly host: string; readonly rest: string } {
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  return isHost(first) ? { host: first, rest: name.slice(slash + 1) } : { host: '', rest: name }
}

/** Whether `text` has the form of a registry, as opposed to a segment of a path. */
export function isHost(text: string): boolean {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1
  const colon = text.indexOf(':', bracket + 1)
  const name = colon < 0 ? text : text.slice(0, colon)
  if (colon >= 0 && !isPort(text.slice(colon + 1))) return false
  if (bracket >= 0) return name.length === bracket + 1 && parseAddress(name.slice(1, -1))?.version === 6
  return (colon >= 0 || name === 'localhost' || name.includes('.')) && name.split('.').every(isHostLabel)
}

function isHostLabel(label: string): boolean {
  return hostLabel.test(label) && !label.startsWith('-') && !label.endsWith('-')
}

function isPort(text: string): boolean {
  return digits.test(text) && Number(text) >= 1 && Number(text) <= maxPort
}

function isPath(path: string): boolean {
  return path.length <= maxPathLength && path.split('/').every(isPathComponent)
}

/** Words of `a-z0-9` joined by one dot, one or two underscores, or any number of hyphens. */
function isPathComponent(component: string): boolean {
  return component
    .replaceAll('__', '_')
    .split(/[._]|-+/)
    .every((word) => pathWord.test(word))
}

function isTag(tag: string): boolean {
  return tag.length <= maxTagLength && tagStart.test(tag) && tagRest.test(tag)
}

function isDigest(digest: string): boolean {
  const colon = digest.indexOf(':')
  const value = digest.slice(colon + 1)
  return digestLengths.get(digest.slice(0, Math.max(colon, 0))) === value.length && hex.test(value)
}
