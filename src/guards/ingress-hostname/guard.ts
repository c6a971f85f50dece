import { foldCase, inApex } from '../../hostnames/name.ts'
import type { Settings } from '../../tenancy/settings.ts'
import { isTenantNamespace } from '../../tenancy/tenancy.ts'
import { annotationsThatNameHosts } from '../annotated-hostnames.ts'
import type { Guard, GuardInput, Json, Verdict, Violation } from '../guard.ts'
import { unreadableSpec } from '../hostname-fields.ts'
import { hostnameOrigins, refuseClosed, refuseMalformedName, type HostnameField } from '../hostname-violation.ts'
import { isEqual, isList, isObject, member } from '../json.ts'
import { externalOrigins, refuseExternal } from './external-name.ts'
import { catchAllOrigins, readIngress, readNewAnnotatedHostnames } from './fields.ts'

const id = 'ingress-hostname'

/**
 * An Ingress in a tenant namespace serves only hostnames within the tenant's apex, or names outside the
 * platform that belong to nobody.
 *
 * **Restricted fields:** `spec.rules[*].host`, `spec.tls[*].hosts[*]`, `spec.defaultBackend`, and the
 * annotations that external-dns and ingress-nginx read for hostnames, through `status` too.
 * **Allowed values:** the apex, any name below it, and concrete external names.
 * **Why:** all Ingresses share one controller: whoever names a host there receives its traffic.
 *
 * Source: reference/tenant-gateways.md 2.1 and 2.4, DESIGN section 10.
 */
export const ingressHostname = {
  id,
  title: 'Ingress hostnames stay within the apex of the tenant or outside the platform',
  origins: { ...hostnameOrigins, ...catchAllOrigins, ...externalOrigins },
  concerns: ({ namespace }, settings) => isTenantNamespace(namespace, settings),
  namespaces: (input) => (namesNothingNew(input) ? [] : [input.namespace]),
  reads: (object) => [
    unreadableSpec(object),
    member(member(object, 'spec'), 'defaultBackend'),
    hostsOf(member(member(object, 'spec'), 'rules'), 'host'),
    hostsOf(member(member(object, 'spec'), 'tls'), 'hosts'),
    ...annotationsThatNameHosts(member(object, 'metadata')),
    ...classOf(object),
  ],
  ratchet: ({ object, oldObject }) => isEqual(classOf(object), classOf(oldObject)),
  check(input, settings) {
    if (namesNothingNew(input)) return { violations: [], advice: [] }
    const { tenancy } = input.facts
    const closed = refuseClosed(id, tenancy)
    if (closed !== undefined) return { violations: [closed], advice: [] }
    const { fields, faults } =
      input.subResource === 'status'
        ? readNewAnnotatedHostnames(id, input.object, input.oldObject)
        : readIngress(id, input.object)
    return {
      violations: [...faults, ...fields.flatMap((field) => judgeName(field, input, settings) ?? [])],
      advice: [],
    } satisfies Verdict
  },
} satisfies Guard

// A write of the status of a core type can change its annotations, and nothing else that is read here.
function namesNothingNew({ subResource, object, oldObject }: Omit<GuardInput, 'facts'>): boolean {
  return subResource === 'status' && !readNewAnnotatedHostnames(id, object, oldObject).isChanged
}

// Of rules and TLS items only the hosts are read, not the paths and Secrets beside them.
function hostsOf(items: Json | undefined, key: 'host' | 'hosts'): Json | undefined {
  return isList(items) ? items.map((item) => (isObject(item) ? [member(item, key) ?? null] : item)) : items
}

/** What hands the Ingress to a controller, by field or by the older annotation. */
function classOf(object: Json): readonly Json[] {
  return [
    member(member(object, 'spec'), 'ingressClassName') ?? null,
    member(member(member(object, 'metadata'), 'annotations'), 'kubernetes.io/ingress.class') ?? null,
  ]
}

function judgeName(field: HostnameField, { facts }: GuardInput, settings: Settings): Violation | undefined {
  const malformed = refuseMalformedName(id, field)
  if (malformed !== undefined) return malformed
  if (typeof field.value !== 'string' || facts.tenancy.kind !== 'apex') return undefined
  const name = foldCase(field.value)
  return inApex(name, facts.tenancy.apex)
    ? undefined
    : refuseExternal(id, field, name, facts.tenancy, facts.apexes, settings.rootHost)
}
