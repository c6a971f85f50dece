import { z } from 'zod'

import type { Json } from '../../guards/guard.ts'
import { isList, isObject, member } from '../../guards/json.ts'
import { tellsNamesApart } from '../../guards/listener-protocol.ts'
import { resources } from '../../guards/resources.ts'
import { maxNames } from '../../guards/too-many.ts'
import { foldCase, isName } from '../../hostnames/name.ts'
import { apexToFill } from '../apex-to-fill.ts'
import type { Mutator } from '../mutator.ts'

const Settings = z.strictObject({
  mode: z
    .enum(['disabled', 'enforce'])
    .default('disabled')
    .describe("Whether a listener without hostname gets '*.<apex>'"),
})
type Settings = z.infer<typeof Settings>

const kinds: ReadonlySet<string> = new Set(['Gateway', 'ListenerSet', 'XListenerSet'])

/**
 * A listener that names no hostname gets the wildcard of its tenant's apex.
 *
 * **Filled field:** `spec.listeners[*].hostname` of Gateway, ListenerSet and XListenerSet, on CREATE, where it
 * is absent and the protocol is HTTP, HTTPS or TLS.
 * **Why:** such a listener catches every name that reaches its address, other tenants' included.
 *
 * Source: DESIGN section 6.
 */
export const defaultListenerHostname = {
  id: 'default-listener-hostname',
  title: 'Listeners without hostname get the wildcard of the apex',
  resources: resources.filter(({ kind }) => kinds.has(kind)),
  Settings,
  patch(input) {
    const apex = apexToFill(input)
    const listeners = member(member(input.object, 'spec'), 'listeners')
    // More than that is refused by the guard anyway.
    if (apex === undefined || !isList(listeners) || listeners.length > maxNames) return []
    const hostname = `*.${apex}`
    if (!isName(hostname)) return []
    const taken = new Set(listeners.filter((listener) => isNamed(listener, hostname)).map(placeOf))
    return listeners.flatMap((listener, at) =>
      isCatchAll(listener) && !taken.has(placeOf(listener))
        ? [{ op: 'add' as const, path: `/spec/listeners/${at}/hostname`, value: hostname }]
        : [],
    )
  },
} as const satisfies Mutator<Settings>

function isCatchAll(listener: Json): boolean {
  return isObject(listener) && !Object.hasOwn(listener, 'hostname') && tellsNamesApart(member(listener, 'protocol'))
}

function isNamed(listener: Json, hostname: string): boolean {
  const own = member(listener, 'hostname')
  return typeof own === 'string' && foldCase(own) === hostname
}

/**
 * Gateway API refuses two listeners with the same port, protocol and hostname, so a catch-all beside an
 * explicit wildcard stays as it is: the guard warns about it, a patch would get the whole object refused.
 */
function placeOf(listener: Json): string {
  // Only these two, and only as what they should be: any other JSON may be as large as a review.
  const port = member(listener, 'port')
  const protocol = member(listener, 'protocol')
  return `${typeof port === 'number' ? port : '?'} ${tellsNamesApart(protocol) ? protocol : '?'}`
}
