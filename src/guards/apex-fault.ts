import { explainNameFault, isWildcard, maxLabelLength, nameFault } from '../hostnames/name.ts'

/**
 * What `name` must be to be published as an apex, where it is not; undefined if it can be. An apex is the
 * value of a Namespace label, and Kubernetes ends those at 63 characters, as DNS does its labels.
 */
export function explainApexFault(name: string): string | undefined {
  const fault = nameFault(name)
  if (fault !== undefined) return explainNameFault(fault)
  if (isWildcard(name)) return 'must be a DNS name without a wildcard'
  return name.length > maxLabelLength ? `must be a DNS name of at most ${maxLabelLength} characters` : undefined
}
