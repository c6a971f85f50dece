/** Something that would be judged if the registration were complete, and is not. */
export interface Gap {
  /** Plural and group of what is not covered. */
  readonly resource: string
  readonly kind: GapKind
  /** Which configuration it is about. */
  readonly mutating: boolean
  readonly text: string
  readonly remedy: string
}

export const gapKinds = [
  'missing-configuration',
  'missing-webhook',
  'unmatched-version',
  'missing-operation',
  'missing-subresource',
  'unknown-version',
  'unknown-kind',
  'namespace-selector',
  'object-selector',
  'match-condition',
  'match-policy',
  'failure-policy',
  'ca-bundle',
  'service',
] as const
export type GapKind = (typeof gapKinds)[number]

/** As metrics and people name a resource: `httproutes.gateway.networking.k8s.io`, `namespaces`. */
export function resourceName(resource: string, group: string): string {
  return group === '' ? resource : `${resource}.${group}`
}
