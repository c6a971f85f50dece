export interface Address {
  readonly version: 4 | 6
  /** Equal for two spellings of one address. */
  readonly value: string
}

const digits = /^[0-9]+$/
const hexGroup = /^[0-9A-Fa-f]{1,4}$/
const groupCount = 8

/**
 * Reads an IP address: IPv4 with four octets without leading zeros, IPv6 without brackets, zone or prefix
 * length. An IPv4 address and its IPv6-mapped form are two addresses: a certificate holds them apart.
 */
export function parseAddress(text: string): Address | undefined {
  const octets = parseOctets(text)
  if (octets !== undefined) return { version: 4, value: octets.join('.') }
  const groups = parseGroups(text)
  return groups && { version: 6, value: groups.map((group) => group.toString(16)).join(':') }
}

function parseOctets(text: string): readonly number[] | undefined {
  // The longest is 255.255.255.255.
  if (text.length > 15) return undefined
  const parts = text.split('.')
  const isAddress = parts.length === 4 && parts.every(isOctet)
  return isAddress ? parts.map(Number) : undefined
}

function isOctet(text: string): boolean {
  return digits.test(text) && (text === '0' || !text.startsWith('0')) && text.length <= 3 && Number(text) <= 255
}

function parseGroups(text: string): readonly number[] | undefined {
  // Eight groups of four digits with an IPv4 address for the last two make 45.
  if (text.length > 45 || !text.includes(':')) return undefined
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = parseRun(text, true)
    return groups?.length === groupCount ? groups : undefined
  }
  const head = parseRun(text.slice(0, gap), false)
  const tail = parseRun(text.slice(gap + 2), true)
  if (head === undefined || tail === undefined) return undefined
  const zeros = groupCount - head.length - tail.length
  return zeros < 1 ? undefined : [...head, ...Array.from({ length: zeros }, () => 0), ...tail]
}

/** Groups between single colons; the last may be an IPv4 address, which fills two. */
function parseRun(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const octets = isLast ? parseOctets(parts.at(-1) ?? '') : undefined
  const words = octets === undefined ? parts : parts.slice(0, -1)
  if (!words.every((word) => hexGroup.test(word))) return undefined
  const groups = words.map((word) => Number.parseInt(word, 16))
  return octets === undefined ? groups : [...groups, ...joinOctets(octets)]
}

function joinOctets([first = 0, second = 0, third = 0, fourth = 0]: readonly number[]): readonly number[] {
  return [first * 256 + second, third * 256 + fourth]
}
