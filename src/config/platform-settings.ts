import { z } from 'zod'
import { explainNameFault, isApex, isLabel, isName, nameFault } from '../hostnames/name.ts'
import { Settings } from '../tenancy/settings.ts'
import { showValue } from './show-value.ts'

const { shape } = Settings

/** Groups that the API server puts everybody of a kind into: the pods and people of tenants are in them, too. */
const groupsOfAll: readonly string[] = ['system:authenticated', 'system:unauthenticated', 'system:serviceaccounts']

/**
 * The `settings` block: {@link Settings} with what a person writing them can get wrong. Each of these mistakes
 * would make a guard look away or refuse everything, so it is refused before anything starts.
 */
export const PlatformSettings = z.strictObject({
  ...shape,
  rootHost: shape.rootHost.refine((host) => host === '' || isApex(host), { error: explainApex }),
  // No namespace begins with anything else, so no namespace would count as a tenant's.
  namespacePrefix: shape.namespacePrefix.refine((prefix) => prefix === '' || isLabel(`${prefix}x`), {
    error: ({ input }) =>
      `must be the start of a namespace name: lower-case letters, digits and hyphens, beginning with a letter or a digit, not ${showValue(input)}`,
  }),
  hostLabel: shape.hostLabel.refine(isLabelKey, { error: explainLabelKey }),
  gatewayLabel: shape.gatewayLabel.refine(isLabelKey, { error: explainLabelKey }),
  protectedLabels: checkItems(shape.protectedLabels, isLabelKey, explainLabelKey),
  trustedGroups: checkItems(shape.trustedGroups, isSelectGroup, explainSelectGroup, { not: { enum: groupsOfAll } }),
  platformNamespace: shape.platformNamespace.refine((name) => name === '' || isLabel(name), {
    error: ({ input }) =>
      `must be a namespace name: lower-case letters, digits and inner hyphens, 63 at most, not ${showValue(input)}`,
  }),
  clusterDomain: shape.clusterDomain.refine((domain) => domain === '' || isApex(domain), { error: explainApex }),
  allowedImages: checkItems(shape.allowedImages, isImagePrefix, explainImagePrefix),
})

interface Refused {
  readonly input?: unknown
}

function explainApex({ input }: Refused): string {
  const fault = nameFault(input)
  const rule = fault === undefined ? 'must be a DNS name without a wildcard' : explainNameFault(fault)
  return `${rule}, not ${showValue(input)}`
}

/**
 * Whether `key` can be the key of a Kubernetes label: an optional DNS prefix and a slash, then at most 63 letters,
 * digits, `-`, `_` and `.` with a letter or a digit at both ends. The empty key has a fault of its own.
 */
function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/')
  const prefix = key.slice(0, Math.max(slash, 0))
  const name = key.slice(slash + 1)
  const nameFits = /^[A-Za-z0-9._-]{1,63}$/.test(name) && /^[A-Za-z0-9]/.test(name) && /[A-Za-z0-9]$/.test(name)
  return key === '' || (nameFits && (slash < 0 || (isName(prefix) && !/[A-Z*]/.test(prefix))))
}

function explainLabelKey({ input }: Refused): string {
  return `must be a label key such as 'namespace.cozystack.io/host', not ${showValue(input)}`
}

function isSelectGroup(group: string): boolean {
  return !groupsOfAll.includes(group)
}

function explainSelectGroup({ input }: Refused): string {
  return `must not be a group that everybody is in, tenants too, such as ${showValue(input)}; name the groups of the platform's own people and controllers`
}

/** Prefixes are compared as they stand (reference/openshell-gateways.md 2.4): neither patterns nor schemes match. */
function isImagePrefix(prefix: string): boolean {
  return prefix === '' || (/^[A-Za-z0-9.:/_@[\]-]+$/.test(prefix) && !prefix.startsWith('/') && !prefix.includes('//'))
}

function explainImagePrefix({ input }: Refused): string {
  return `must be the start of an image name such as 'ghcr.io/nvidia/openshell/', without scheme, blank or pattern, not ${showValue(input)}`
}

/** The same list with a check on each item: on the whole list, one item of a wrong type would hide the others. */
function checkItems(
  list: z.ZodDefault<z.ZodArray<z.ZodString>>,
  fits: (item: string) => boolean,
  error: (refused: Refused) => string,
  /** What of the check a JSON schema can say. */
  inSchema: Readonly<Record<string, unknown>> = {},
) {
  const item = list.unwrap().element.refine(fits, { error }).meta(inSchema)
  return z
    .array(item)
    .default(list.parse(undefined))
    .describe(list.description ?? '')
}
