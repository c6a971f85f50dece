import { testMessages, type DenialPin } from '../../../test/support/pin-messages.ts'
import { configMapWith, entryWith, platformSettings, type Question } from '../../../test/support/platform-config.ts'
import { gatewayConfig } from './guard.ts'
import type { Origin } from './origins.ts'

const platformConfig = {
  kind: 'ConfigMap',
  namespace: platformSettings({}).platformNamespace,
  name: 'platform-config',
}

function ofGateway(gateway: Parameters<typeof entryWith>[0]): Question {
  return { text: entryWith(gateway) }
}

// For every origin a question, and what its only violation says before the id of the guard.
const denials: Readonly<Record<Exclude<Origin, 'deletion'>, readonly [Question, string]>> = {
  'document-missing': [
    {},
    "data.namespaces: Required value: must hold a YAML list with one entry for each tenant; write '[]' where there is none",
  ],
  'document-syntax': [
    { text: '- name: tenant-a\n gateway: {}\n' },
    'data.namespaces: Invalid value: "line 2, column 1": must be YAML 1.2, which it stops being there; check indentation, quotes and brackets',
  ],
  'document-type': [
    { text: 'namespaces: []' },
    "data.namespaces: Invalid value: an object with 1 key: must hold a YAML list with one entry for each tenant; write '[]' where there is none",
  ],
  'yaml-feature': [
    { text: '- name: &it tenant-a\n' },
    'data.namespaces[0].name: Invalid value: "&it": must be plain YAML without anchors, aliases, merge keys and tags; line 1, column 13 has an anchor',
  ],
  'key-type': [
    { text: '- name: tenant-a\n  true: x\n' },
    "data.namespaces[0].true: Invalid value: \"true\": must be one of the keys 'name', 'gateway', as text",
  ],
  'key-unknown': [
    ofGateway({ serverDNSNames: [] }),
    "data.namespaces[0].gateway.serverDNSNames: Unsupported value: \"serverDNSNames\": must be one of the keys 'image', 'serverDnsNames', 'config'",
  ],
  'key-duplicate': [
    { text: '- {name: tenant-a, "name": tenant-b}' },
    'data.namespaces[0].name: Duplicate value: "name": must stand once in this map',
  ],
  'wrong-type': [
    { text: '- name: 0o17' },
    'data.namespaces[0].name: Invalid value: 15: must be text; quote a value that YAML takes for something else',
  ],
  'name-missing': [
    { text: '- {}' },
    'data.namespaces[0].name: Required value: must name the tenant namespace that the entry is for',
  ],
  'name-malformed': [
    { text: '- name: Tenant-A' },
    "data.namespaces[0].name: Invalid value: \"Tenant-A\": must be 1 to 63 of 'a-z', '0-9' and '-', starting and ending with a letter or a digit",
  ],
  'name-prefix': [
    { text: '- name: kube-system' },
    'data.namespaces[0].name: Forbidden: "kube-system" must start with \'tenant-\'; only tenant namespaces may have a gateway',
  ],
  'name-platform': [
    { text: '- name: gatehouse-system', settings: { namespacePrefix: 'gatehouse-' } },
    'data.namespaces[0].name: Forbidden: "gatehouse-system" must be the namespace of a tenant, and not the platform namespace',
  ],
  'name-duplicate': [
    { text: '- name: tenant-a\n- name: tenant-a' },
    'data.namespaces[1].name: Duplicate value: "tenant-a": must have one entry; it has `data.namespaces[0].name` too',
  ],
  'image-malformed': [
    ofGateway({ image: 'nginx; rm -rf /' }),
    'data.namespaces[0].gateway.image: Invalid value: "nginx; rm -rf /": must be an image reference like \'registry.example.com:5000/path/name:tag@sha256:...\'',
  ],
  'image-not-allowed': [
    ofGateway({ config: 'openshell.gateway.default_image = "quay.io/a/b:1"' }),
    "data.namespaces[0].gateway.config: Forbidden: 'openshell.gateway.default_image' \"quay.io/a/b:1\" must come from 'ghcr.io/nvidia/openshell/'; mirror the image there or ask a platform administrator",
  ],
  'image-tag': [
    ofGateway({ image: 'ghcr.io/nvidia/openshell/gateway' }),
    'data.namespaces[0].gateway.image: Forbidden: "ghcr.io/nvidia/openshell/gateway" must have a tag or a digest; best both',
  ],
  'dns-name-malformed': [
    ofGateway({ serverDnsNames: ['-api.a.example.org'] }),
    'data.namespaces[0].gateway.serverDnsNames[0]: Invalid value: "-api.a.example.org": must be a DNS name whose labels start and end with a lower-case letter or a digit',
  ],
  'dns-name-duplicate': [
    ofGateway({ serverDnsNames: ['::1', '0::1'] }),
    'data.namespaces[0].gateway.serverDnsNames[1]: Duplicate value: "0::1": must be listed once; another spelling of an address counts',
  ],
  'dns-names-too-many': [
    { ...ofGateway({ serverDnsNames: ['localhost', '::1'] }), settings: { maxDnsNames: 1 } },
    'data.namespaces[0].gateway.serverDnsNames: Invalid value: "2 names": must have at most 1 names',
  ],
  'dns-name-foreign': [
    { text: entryWith({ serverDnsNames: ['gw.b.example.org'] }, 'tenant-plain') },
    'data.namespaces[0].gateway.serverDnsNames[0]: Forbidden: "gw.b.example.org" must lie within the apex of namespace "tenant-plain" (label \'namespace.cozystack.io/host\'; it has none), or be a free name outside the platform; use such a name or ask a platform administrator',
  ],
  'dns-name-wildcard': [
    { text: entryWith({ serverDnsNames: ['*.b.example.org'] }, 'tenant-b') },
    "data.namespaces[0].gateway.serverDnsNames[0]: Forbidden: \"*.b.example.org\" must lie within 'b.example.org', the apex of namespace \"tenant-b\" (label 'namespace.cozystack.io/host'), and must not cover a name that is not the tenant's; list the names one by one",
  ],
  'dns-name-in-cluster': [
    ofGateway({ serverDnsNames: ['x.tenant-b.svc'] }),
    "data.namespaces[0].gateway.serverDnsNames[0]: Forbidden: \"x.tenant-b.svc\" may only be an in-cluster name of the tenant's own namespace, like 'openshell-gateway.tenant-a.svc.cluster.local'",
  ],
  'dns-name-unknown': [
    { ...ofGateway({ serverDnsNames: ['gw.example.net'] }), complete: false },
    'data.namespaces[0].gateway.serverDnsNames[0]: Forbidden: "gw.example.net" may not be used yet, since the list of namespaces is not complete; retry in a moment',
  ],
  'config-syntax': [
    ofGateway({ config: '[openshell.gateway]\nlog_level =\n' }),
    'data.namespaces[0].gateway.config: Invalid value: "line 2, column 12": must have a value behind every equals sign, on the same line',
  ],
  'config-key-unknown': [
    ofGateway({ config: 'openshell.gateway.loglevel = "info"' }),
    'data.namespaces[0].gateway.config: Unsupported value: "openshell.gateway.loglevel": must be a key that a config may hold; check its spelling and its table, or remove it',
  ],
  'config-key-pinned': [
    ofGateway({ config: 'openshell.gateway.database_url = "postgres://u:hunter2@db"' }),
    "data.namespaces[0].gateway.config: Forbidden: 'openshell.gateway.database_url' may not be set: Gatehouse sets it for every gateway; remove it",
  ],
  'config-key-forbidden': [
    ofGateway({ config: 'openshell.credential_drivers."a b".command = "sh"' }),
    'data.namespaces[0].gateway.config: Forbidden: \'openshell.credential_drivers."a b".command\' may not be set: the gateway would run or call foreign code',
  ],
  'config-value': [
    ofGateway({ config: 'openshell.gateway.log_level = "loud"' }),
    "data.namespaces[0].gateway.config: Invalid value: \"openshell.gateway.log_level\": must be one of 'trace', 'debug', 'info', 'warn', 'error'",
  ],
  removal: [
    { stored: '- name: tenant-a\n- name: tenant-b', text: '[]' },
    'data.namespaces: Forbidden: an update may remove one tenant, or up to half of them, and not 2 of 2: "tenant-a", "tenant-b"; remove fewer at a time, or set the annotation \'gatehouse.dev/allow-removal: "true"\' in the same update',
  ],
}

const acknowledged = { 'gatehouse.dev/allow-removal': 'true' }

// What an allowed request is told.
const warnings: readonly (readonly [Question, string])[] = [
  [
    { text: '- name: tenant-x' },
    'data.namespaces: no such namespace: "tenant-x"; a gateway comes once its namespace exists',
  ],
  [
    { text: '- name: tenant-x', complete: false },
    'data.namespaces: namespace not known yet: "tenant-x"; a gateway comes once its namespace exists',
  ],
  [
    { stored: '- name: tenant-a', text: '[]' },
    'data.namespaces: removed: "tenant-a"; each gateway is deleted after a grace period',
  ],
  [
    { stored: '- name: tenant-a', text: entryWith({ image: 'ghcr.io/nvidia/openshell/gateway:1' }) },
    'data.namespaces: image changes: "tenant-a"; each gateway will restart',
  ],
  [
    { stored: '- name: tenant-a', text: entryWith({ config: 'openshell.gateway.log_level = "info"' }) },
    'data.namespaces: config changes: "tenant-a"; each gateway will restart',
  ],
  [
    { stored: '- name: tenant-a', text: entryWith({ serverDnsNames: ['localhost'] }) },
    'data.namespaces: DNS names change: "tenant-a"; each gateway gets a new certificate',
  ],
  [
    { stored: entryWith({ image: 'a:1' }), text: `# old\n${entryWith({ image: 'a:1' })}` },
    'data.namespaces[0].gateway.image: tenant "tenant-a": an image comes from a place that is not on the list of allowed images; kept because this update did not add it',
  ],
  [
    { stored: '- [', text: '- [', annotations: acknowledged },
    'data.namespaces: the document is not one YAML document that can be read; kept because this update did not add it',
  ],
]

// As the README has it.
const refused = `- name: tenant-a
  gateway:
    image: ghcr.io/nvidia/openshell/gateway:latest
    serverDnsNames: [gw.a.example.org, gw.b.example.org]
    config: |
      [openshell.gateway]
      log_level = "warning"
`

testMessages(
  gatewayConfig,
  new URL('cases.yaml', import.meta.url),
  {
    ...Object.fromEntries(
      Object.entries(denials).map(([origin, [question, says]]): [string, DenialPin] => [
        origin,
        [write(question), `${says} [gateway-config]`],
      ]),
    ),
    deletion: [
      deletion({ text: '- name: tenant-a' }),
      "data.namespaces: Forbidden: the ConfigMap may only be deleted when its list is '[]'; empty the list first, or set the annotation 'gatehouse.dev/allow-removal: \"true\"' on it before deleting it [gateway-config]",
    ],
  },
  {
    ...Object.fromEntries(warnings.map(([question, says]) => [says.slice(0, 80), [write(question), [says]] as const])),
    'an acknowledged deletion': [
      deletion({ text: '- name: tenant-a', annotations: acknowledged }),
      ["data.namespaces: deleting the ConfigMap removes no gateway; to remove them all, write '[]' instead"],
    ],
    'several violations': [
      write({ text: refused }),
      `3 violations:
- data.namespaces[0].gateway.config: Invalid value: "openshell.gateway.log_level": must be one of 'trace', 'debug', 'info', 'warn', 'error' [gateway-config]
- data.namespaces[0].gateway.image: Forbidden: "ghcr.io/nvidia/openshell/gateway:latest" must be pinned by another tag than 'latest', which changes its meaning [gateway-config]
- data.namespaces[0].gateway.serverDnsNames[1]: Forbidden: "gw.b.example.org" must lie within 'a.example.org', the apex of namespace "tenant-a" (label 'namespace.cozystack.io/host'), or be a free name outside the platform; use such a name or ask a platform administrator [gateway-config]`,
    ],
  },
)

/** The question as a request to write the ConfigMap: an update where something is stored. */
function write({ text, stored, annotations, settings, complete = true }: Question) {
  const oldObject = stored === undefined ? null : configMapWith(stored)
  return { request: { ...platformConfig, object: configMapWith(text, annotations), oldObject }, settings, complete }
}

function deletion({ text, annotations }: Question) {
  return {
    request: { ...platformConfig, operation: 'DELETE', object: null, oldObject: configMapWith(text, annotations) },
  }
}
