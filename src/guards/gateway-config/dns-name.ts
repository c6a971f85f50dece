import { explainNameFault, foldCase, isWildcard, labelCount, nameFault } from '../../hostnames/name.ts'

/** The only name of a single label that a gateway may have. */
export const loopbackName = 'localhost'

const digits = /^[0-9]+$/

/**
 * What a DNS name of an entry must be, as the middle of a sentence; undefined for a good one. Stricter than a
 * hostname: lower case and two labels. Source: reference/openshell-gateways.md 2.5.
 */
export function explainDnsName(text: string): string | undefined {
  const fault = nameFault(text)
  if (fault === 'label-hyphen') {
    return 'must be a DNS name whose labels start and end with a lower-case letter or a digit'
  }
  if (fault === 'address') return 'must be an IP address of four numbers up to 255 without leading zeros'
  if (fault !== undefined) return explainNameFault(fault)
  if (foldCase(text) !== text) return 'must be a DNS name in lower case'
  const base = baseOf(text)
  if (base === loopbackName) return undefined
  if (labelCount(base) < 2) return `must be a DNS name of at least two labels, or '${loopbackName}'`
  return digits.test(base.slice(base.lastIndexOf('.') + 1))
    ? 'must be a DNS name whose last label is not all digits, or an IP address without leading zeros'
    : undefined
}

/** The name that a wildcard stands above; any other name itself. */
export function baseOf(name: string): string {
  return isWildcard(name) ? name.slice(2) : name
}
