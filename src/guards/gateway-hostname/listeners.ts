/** `spec.listeners` as the guard reads it. */
import type { Json, Violation } from '../guard.ts'
import { readSpec } from '../hostname-fields.ts'
import { refuseType, type HostnameField, type ReadField } from '../hostname-violation.ts'
import { refuseTooMany } from '../too-many.ts'
import { isAbsent, isList, isObject, member } from '../json.ts'
import type { GuardId } from '../resources.ts'

export interface Listener {
  /** `spec.listeners[0]` */
  readonly path: string
  readonly name: string
  readonly protocol: string
  /** Undefined where the field is absent; an empty text is a malformed name, not an absent one. */
  readonly hostname: HostnameField | undefined
  readonly allowedRoutes: ReadField
}

export interface Listeners {
  readonly listeners: readonly Listener[]
  readonly faults: readonly Violation[]
}

/** The listeners of a Gateway or ListenerSet, and what of them cannot be read. */
export function readListeners(guard: GuardId, object: Json): Listeners {
  const { spec, fault } = readSpec(guard, object)
  if (fault !== undefined) return { listeners: [], faults: [fault] }
  const value = member(spec, 'listeners')
  if (value === undefined) return { listeners: [], faults: [] }
  if (!isList(value)) {
    const field = { field: 'spec.listeners', kind: 'listeners', value }
    return { listeners: [], faults: [refuseType(guard, field, 'a list of listeners')] }
  }
  const tooMany = refuseTooMany(guard, 'spec.listeners', value.length)
  if (tooMany !== undefined) return { listeners: [], faults: [tooMany] }
  const listeners: Listener[] = []
  const faults: Violation[] = []
  for (const [at, listener] of value.entries()) {
    const path = `spec.listeners[${at}]`
    if (isObject(listener)) {
      const protocol = member(listener, 'protocol')
      if (!isAbsent(protocol) && typeof protocol !== 'string') {
        faults.push(refuseType(guard, { field: `${path}.protocol`, kind: 'protocol', value: protocol }, 'a text'))
      }
      listeners.push(readListener(path, listener))
    } else faults.push(refuseType(guard, { field: path, kind: 'listener', value: listener }, 'an object'))
  }
  return { listeners, faults }
}

function readListener(path: string, listener: Json): Listener {
  const hostname = member(listener, 'hostname')
  return {
    path,
    name: textOf(member(listener, 'name')),
    protocol: textOf(member(listener, 'protocol')),
    hostname:
      hostname === undefined ? undefined : { field: `${path}.hostname`, kind: 'listener-hostname', value: hostname },
    allowedRoutes: { field: `${path}.allowedRoutes`, kind: 'allowed-routes', value: member(listener, 'allowedRoutes') },
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
