import { isTenantNamespace } from '../../tenancy/tenancy.ts'
import { annotationsThatNameHosts, readAnnotatedHostnames } from '../annotated-hostnames.ts'
import { apexOrigins, joinVerdicts, judgeApexHostname } from '../apex-hostname.ts'
import type { Guard, GuardInput, Json, Violation } from '../guard.ts'
import { readSpec, unreadableSpec, type HostnameFields } from '../hostname-fields.ts'
import { hostnameOrigins, refuseClosed, refuseType } from '../hostname-violation.ts'
import { refuseTooMany } from '../too-many.ts'
import { isList, member } from '../json.ts'
import { adviseForeignParents, attachesNowhereNew, readParentRefs } from './parent-refs.ts'

const id = 'route-hostname'

/**
 * A route in a tenant namespace serves only hostnames within the tenant's apex.
 *
 * **Restricted fields:** `spec.hostnames[*]` of HTTPRoute, TLSRoute and GRPCRoute, and the annotations that
 * external-dns and ingress-nginx read for hostnames. `spec.parentRefs` earns advice only.
 * **Allowed values:** the apex itself and any name below it, at least one.
 * **Why:** a name routed elsewhere receives another tenant's traffic, and a route without names receives
 * that of every name of its Gateway.
 *
 * Source: reference/tenant-gateways.md 2.1 and 2.3, DESIGN section 10.
 */
export const routeHostname = {
  id,
  title: 'Route hostnames stay within the apex of the tenant',
  origins: {
    ...hostnameOrigins,
    ...apexOrigins,
    'no-hostnames': 'a route names no hostname, so it would take every name of its Gateway',
  },
  concerns: ({ namespace }, settings) => isTenantNamespace(namespace, settings),
  // A route that names no host by its kind needs no facts.
  namespaces: ({ kind, namespace }) => (namesHosts(kind) ? [namespace] : []),
  reads: (object) => [
    unreadableSpec(object),
    member(member(object, 'spec'), 'hostnames'),
    member(member(object, 'spec'), 'parentRefs'),
    member(member(object, 'spec'), 'useDefaultGateways'),
    ...annotationsThatNameHosts(member(object, 'metadata')),
  ],
  ratchet: attachesNowhereNew,
  check(input, settings) {
    const parents = readParentRefs(id, input.object)
    const advice = adviseForeignParents(parents.refs, input, settings)
    if (!namesHosts(input.kind)) {
      const { fault } = readSpec(id, input.object)
      return { violations: fault === undefined ? parents.faults : [fault], advice }
    }
    const { tenancy } = input.facts
    if (tenancy.kind !== 'apex') return { violations: closedTo(input), advice: [] }
    const names = readNames(input.object)
    return joinVerdicts([
      { violations: [...parents.faults, ...names.faults], advice: [] },
      ...names.fields.map((field) => judgeApexHostname(id, field, tenancy, input.facts.apexes)),
      { violations: [], advice },
    ])
  },
} satisfies Guard

function namesHosts(kind: string): boolean {
  return kind !== 'TCPRoute' && kind !== 'UDPRoute'
}

function closedTo({ facts }: GuardInput): readonly Violation[] {
  return [refuseClosed(id, facts.tenancy)].flatMap((violation) => violation ?? [])
}

function readNames(object: Json): HostnameFields {
  const own = readHostnames(object)
  const annotated = readAnnotatedHostnames(id, member(object, 'metadata'), 'metadata')
  return { fields: [...own.fields, ...annotated.fields], faults: [...own.faults, ...annotated.faults] }
}

function readHostnames(object: Json): HostnameFields {
  const { spec, fault } = readSpec(id, object)
  if (fault !== undefined) return { fields: [], faults: [fault] }
  const hostnames = member(spec, 'hostnames')
  if (hostnames === undefined || (isList(hostnames) && hostnames.length === 0)) {
    return { fields: [], faults: [noHostnames] }
  }
  if (!isList(hostnames)) {
    const field = { field: 'spec.hostnames', kind: 'hostnames', value: hostnames }
    return { fields: [], faults: [refuseType(id, field, 'a list of DNS names')] }
  }
  const tooMany = refuseTooMany(id, 'spec.hostnames', hostnames.length)
  if (tooMany !== undefined) return { fields: [], faults: [tooMany] }
  return {
    fields: hostnames.map((value, at) => ({ field: `spec.hostnames[${at}]`, kind: 'hostname', value })),
    faults: [],
  }
}

const noHostnames: Violation = {
  field: 'spec.hostnames',
  type: 'Required',
  malformed: false,
  detail: 'a route must name its hostnames; without them it takes every name of its Gateway',
  origin: `${id}/no-hostnames`,
  ratchetKey: 'no-hostnames',
  kept: 'the route names no hostnames and takes every name of its Gateway',
}
