import { isTenantNamespace } from '../../tenancy/tenancy.ts'
import { annotationsThatNameHosts, readAnnotatedHostnames } from '../annotated-hostnames.ts'
import { apexOrigins, joinVerdicts, judgeApexHostname } from '../apex-hostname.ts'
import type { Advice, Guard, GuardInput, Json, Verdict, Violation } from '../guard.ts'
import { unreadableSpec } from '../hostname-fields.ts'
import { hostnameOrigins, refuseClosed } from '../hostname-violation.ts'
import { isAbsent, isList, member } from '../json.ts'
import { tellsNamesApart } from '../listener-protocol.ts'
import { refuseParentRef } from '../parent-ref.ts'
import { quoteShort } from '../violation.ts'
import { readAllowedNamespaces } from './allowed-namespaces.ts'
import { attachesToForeignGateway, staysAttached, whereAttached } from './attachment.ts'
import { readListeners, type Listener } from './listeners.ts'

const id = 'gateway-hostname'

/**
 * A listener of a Gateway, ListenerSet or XListenerSet in a tenant namespace serves only hostnames within
 * the tenant's apex.
 *
 * **Restricted fields:** `spec.listeners[*].hostname`, and the annotations that external-dns and
 * ingress-nginx read for hostnames, on the object and in `spec.infrastructure` of a Gateway.
 * **Allowed values:** the apex itself and any name below it; a listener may go without a hostname, with a warning.
 * **Why:** a listener for another tenant's name takes its certificate and its traffic.
 *
 * Source: reference/tenant-gateways.md 2.1 and 2.2, DESIGN section 10.
 */
export const gatewayHostname = {
  id,
  title: 'Listener hostnames stay within the apex of the tenant',
  origins: {
    ...hostnameOrigins,
    ...apexOrigins,
    'catch-all': 'a ListenerSet brings a listener without a hostname to a Gateway of another namespace',
  },
  concerns: ({ namespace }, settings) => isTenantNamespace(namespace, settings),
  namespaces: ({ namespace }) => [namespace],
  reads: (object) => {
    const spec = member(object, 'spec')
    const listeners = member(spec, 'listeners')
    return [
      unreadableSpec(object),
      isList(listeners) ? listeners.map((listener) => listenerParts(listener)) : listeners,
      member(spec, 'allowedListeners'),
      ...whereAttached(object),
      ...annotationsThatNameHosts(member(object, 'metadata')),
      ...annotationsThatNameHosts(member(spec, 'infrastructure')),
    ]
  },
  ratchet: staysAttached,
  check(input, settings) {
    const { tenancy } = input.facts
    const read = readObject(input)
    const namesHosts = input.kind !== 'Gateway' || read.fields.length > 0 || read.faults.length > 0
    if (tenancy.kind === 'unknown' || (tenancy.kind !== 'apex' && namesHosts)) {
      return { violations: [refuseClosed(id, tenancy)].flatMap((violation) => violation ?? []), advice: [] }
    }
    // In a closed namespace there are no names left to judge here.
    const judged =
      tenancy.kind === 'apex'
        ? read.fields.map((field) => judgeApexHostname(id, field, tenancy, input.facts.apexes))
        : []
    const open = [
      ...read.listeners.map((listener) => readAllowedNamespaces(id, listener.allowedRoutes, 'routes', settings)),
      readAllowedNamespaces(id, allowedListeners(input.object), 'listeners', settings),
    ]
    return joinVerdicts([
      { violations: read.faults, advice: tenancy.kind === 'apex' ? [] : [adviseClosed] },
      ...judged,
      ...read.listeners.map((listener) => judgeCatchAll(listener, input)),
      ...open,
    ])
  },
} satisfies Guard

const adviseClosed: Advice = {
  field: 'metadata.namespace',
  text: 'the namespace has no apex, so this Gateway may name no host until it has one',
}

function listenerParts(listener: Json): Json {
  return ['hostname', 'protocol', 'allowedRoutes'].map((key) => member(listener, key) ?? null)
}

function readObject({ kind, object }: GuardInput) {
  const spec = member(object, 'spec')
  const parentRef = kind === 'Gateway' ? undefined : member(spec, 'parentRef')
  const parentFault = isAbsent(parentRef) ? undefined : refuseParentRef(id, 'spec.parentRef', parentRef)
  const read = readListeners(id, object)
  const annotated = readAnnotatedHostnames(id, member(object, 'metadata'), 'metadata')
  const infrastructure = readAnnotatedHostnames(id, member(spec, 'infrastructure'), 'spec.infrastructure')
  return {
    listeners: read.listeners,
    fields: [
      ...read.listeners.flatMap(({ hostname }) => hostname ?? []),
      ...annotated.fields,
      ...infrastructure.fields,
    ],
    faults: [
      ...read.faults,
      ...(parentFault === undefined ? [] : [parentFault]),
      ...annotated.faults,
      ...infrastructure.faults,
    ],
  }
}

function allowedListeners(object: Json) {
  return {
    field: 'spec.allowedListeners',
    kind: 'allowed-listeners',
    value: member(member(object, 'spec'), 'allowedListeners'),
  }
}

function judgeCatchAll({ hostname, path, name, protocol }: Listener, input: GuardInput): Verdict {
  if (hostname !== undefined) return { violations: [], advice: [] }
  if (tellsNamesApart(protocol) && attachesToForeignGateway(input)) {
    return { violations: [foreignCatchAll(path)], advice: [] }
  }
  const advice: Advice = {
    field: path,
    text: `listener ${quoteShort(name)} has no hostname and takes every name that reaches it`,
  }
  return { violations: [], advice: [advice] }
}

function foreignCatchAll(path: string): Violation {
  return {
    field: `${path}.hostname`,
    type: 'Required',
    malformed: false,
    detail:
      'a listener that joins a Gateway of another namespace must name a hostname; without one it takes every name there',
    origin: `${id}/catch-all`,
    ratchetKey: 'catch-all',
    kept: 'the listener has no hostname and takes every name of the Gateway',
  }
}
