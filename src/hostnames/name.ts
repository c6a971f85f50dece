/**
 * DNS names as Gatehouse reads them: ASCII only, nothing trimmed, stripped or converted.
 * Every function scans its input once from left to right; none uses a regular expression, so hostile
 * input costs no more than its length.
 */

/** RFC 1035 2.3.4: what a name may hold in its written form without the root dot. */
const maxNameLength = 253
/** RFC 1035 2.3.4. */
export const maxLabelLength = 63

const dot = 0x2e
const hyphen = 0x2d
const star = 0x2a

export type NameFault =
  | 'not-text'
  | 'empty'
  | 'too-long'
  | 'label-empty'
  | 'label-too-long'
  | 'label-hyphen'
  | 'character'
  | 'trailing-dot'
  | 'wildcard'
  | 'address'

const upperCase = /[A-Z]/

/** Folds `A-Z` to `a-z` and nothing else: `toLowerCase()` would turn U+212A (Kelvin) into `k`. */
export function foldCase(text: string): string {
  return upperCase.test(text) ? text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text
}

/**
 * Tells what keeps `value` from being a DNS name; undefined if it is one. One `*` is legal as the whole
 * left-most label with something behind it. Four all-digit labels are an IPv4 address and no name.
 * Source: reference/tenant-gateways.md 2.1, DESIGN section 10.
 */
export function nameFault(value: unknown): NameFault | undefined {
  if (typeof value !== 'string') return 'not-text'
  if (value.length === 0) return 'empty'
  const start = value.charCodeAt(0) === star ? 2 : 0
  if (start > 0 && (value.charCodeAt(1) !== dot || value.length === 2)) return 'wildcard'
  return labelsFault(value, start)
}

function labelsFault(name: string, start: number): NameFault | undefined {
  let labelStart = start
  let labels = 0
  let numericLabels = 0
  let numeric = true
  for (let at = start; at <= name.length; at++) {
    const code = at === name.length ? dot : name.charCodeAt(at)
    if (code === dot) {
      const length = at - labelStart
      if (length === 0) return at === name.length && at > start ? 'trailing-dot' : 'label-empty'
      if (length > maxLabelLength) return 'label-too-long'
      if (name.charCodeAt(at - 1) === hyphen || name.charCodeAt(labelStart) === hyphen) return 'label-hyphen'
      labels++
      if (numeric) numericLabels++
      numeric = true
      labelStart = at + 1
    } else if (code >= 0x30 && code <= 0x39) {
      continue
    } else if (code === hyphen || isLetter(code)) {
      numeric = false
    } else {
      return code === star ? 'wildcard' : 'character'
    }
  }
  if (name.length > maxNameLength) return 'too-long'
  return labels === 4 && numericLabels === 4 && start === 0 ? 'address' : undefined
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

/** Whether `value` is a DNS name, a leading wildcard label included. */
export function isName(value: unknown): value is string {
  return nameFault(value) === undefined
}

/** Whether `value` is a DNS name that can be an apex: no wildcard. */
export function isApex(value: unknown): value is string {
  return isName(value) && !isWildcard(value)
}

export function isWildcard(name: string): boolean {
  return name.charCodeAt(0) === star
}

/** RFC 1123 label in lower case, as Kubernetes asks of a namespace: 1 to 63 of `a-z0-9-`, no outer hyphen. */
export function isLabel(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > maxLabelLength) return false
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    const alphanumeric = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
    if (!alphanumeric && (code !== hyphen || at === 0 || at === value.length - 1)) return false
  }
  return true
}

/** How many labels `name` has; a wildcard label counts. */
export function labelCount(name: string): number {
  let count = 1
  for (let at = 0; at < name.length; at++) if (name.charCodeAt(at) === dot) count++
  return count
}

/**
 * Whether `name` is `apex` or lies below it, wildcards below included. Both sides must be folded
 * ({@link foldCase}); the dot in front of the apex keeps `evilapex` out.
 */
export function inApex(name: string, apex: string): boolean {
  if (name.length === apex.length) return name === apex
  return name.length > apex.length && name.charCodeAt(name.length - apex.length - 1) === dot && name.endsWith(apex)
}

/** The name one label up, or undefined for a single label. */
export function parentOf(name: string): string | undefined {
  const at = name.indexOf('.')
  return at < 0 ? undefined : name.slice(at + 1)
}

const faults: Record<NameFault, string> = {
  'not-text': 'must be a DNS name given as text',
  empty: 'must be a DNS name and must not be empty',
  'too-long': `must be a DNS name of at most ${maxNameLength} characters`,
  'label-empty': 'must be a DNS name without empty labels',
  'label-too-long': `must be a DNS name with labels of at most ${maxLabelLength} characters`,
  'label-hyphen': 'must be a DNS name whose labels start and end with a letter or a digit',
  character: 'must be a DNS name of ASCII letters, digits, hyphens and dots',
  'trailing-dot': 'must be a DNS name without a trailing dot',
  wildcard: "must be a DNS name whose '*', if any, is its whole left-most label",
  address: 'must be a DNS name and must not be an IP address',
}

/** What a name with this fault must be, as the middle of a sentence for a denial. */
export function explainNameFault(fault: NameFault): string {
  return faults[fault]
}
