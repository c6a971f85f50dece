import { z } from 'zod'

const labelKey = z.string().min(1)

/**
 * Facts about the platform that every guard may need; the `settings` block of the configuration file.
 * Names, types and defaults: DESIGN section 4, reference/tenant-gateways.md 2.1, openshell-gateways.md 1.2.
 */
export const Settings = z.strictObject({
  rootHost: z.string().default('').describe("The platform's own domain; empty: no external Ingress names at all"),
  namespacePrefix: z.string().min(1).default('tenant-').describe('What the name of every tenant namespace starts with'),
  hostLabel: labelKey.default('namespace.cozystack.io/host').describe("Namespace label that holds a tenant's apex"),
  gatewayLabel: labelKey
    .default('namespace.cozystack.io/gateway')
    .describe('Namespace label that names the namespace of the Gateway in use'),
  protectedLabels: z
    .array(labelKey)
    .default(['namespace.cozystack.io/host', 'namespace.cozystack.io/gateway', 'namespace.cozystack.io/ingress'])
    .describe('Namespace labels that only trusted callers change; the host label is always one of them'),
  trustedGroups: z
    .array(z.string().min(1))
    .default([
      'system:masters',
      'system:serviceaccounts:cozy-system',
      'system:serviceaccounts:cozy-cert-manager',
      'system:serviceaccounts:cozy-fluxcd',
      'system:serviceaccounts:kube-system',
    ])
    .describe('Groups whose members may set tenant hosts and protected labels; exact match'),
  trustedUsers: z.array(z.string().min(1)).default([]).describe('User names trusted in the same way; exact match'),
  platformNamespace: z
    .string()
    .min(1)
    .default('gatehouse-system')
    .describe('Namespace of the ConfigMap platform-config'),
  clusterDomain: z.string().min(1).default('cluster.local').describe('DNS suffix inside the cluster'),
  allowedImages: z
    .array(z.string().min(1))
    .default(['ghcr.io/nvidia/openshell/'])
    .describe('Image prefixes that platform-config may name; an empty list allows no stated image'),
  maxDnsNames: z.int().min(1).default(64).describe('Most DNS names in one entry of platform-config'),
  allowUnauthenticated: z.boolean().default(false).describe('Permits `allow_unauthenticated_users = true`'),
})
export type Settings = z.infer<typeof Settings>
