/** `platform-config`, the one ConfigMap that is judged, as large as a ConfigMap may be. */
import { makeUid, managedBy, padReview, type BenchReview } from './review-frame.ts'
import { apexOf, platformNamespace, rootHost, tenantNamespace } from './tenants.ts'

/** A document that makes the review 1 MiB by itself. */
export const largeDocumentEntries = 1880

/** What is missing to the size lies in another key of `data`, which the guard does not read. */
export function makePlatformConfig(index: number, entries: number, bytes: number): BenchReview {
  const document = Array.from({ length: entries }, (_, entry) => makeEntry(entry)).join('')
  const object = (filler: string): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'platform-config',
      namespace: platformNamespace,
      uid: makeUid(index, 'b'),
      creationTimestamp: '2026-11-21T13:17:47Z',
      managedFields: [managedBy('v1', { 'f:data': { '.': {}, 'f:namespaces': {}, 'f:ca-bundle.pem': {} } })],
    },
    data: { namespaces: document, 'ca-bundle.pem': `-----BEGIN CERTIFICATE-----\n${filler}` },
  })
  const resource = {
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    resource: 'configmaps',
    namespace: platformNamespace,
    name: 'platform-config',
  }
  return padReview(index, resource, object, bytes)
}

function makeEntry(index: number): string {
  return `- name: ${tenantNamespace(index)}
  gateway:
    image: ghcr.io/nvidia/openshell/gateway:0.0.74
    serverDnsNames:
      - openshell.${apexOf(index)}
      - agents.${apexOf(index)}
      - openshell-gateway.${tenantNamespace(index)}.svc.cluster.local
    config: |
      [openshell.gateway]
      log_level = "info"
      [openshell.gateway.oidc]
      issuer = "https://login.${rootHost}/realms/${tenantNamespace(index)}"
      audience = "openshell-cli"
      [openshell.drivers.kubernetes]
      sa_token_ttl_secs = 3600
      image_pull_policy = "IfNotPresent"
`
}
