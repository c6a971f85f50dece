import { z } from 'zod'

import type { GuardInput } from '../../guards/guard.ts'
import { isObject, member } from '../../guards/json.ts'
import { resources } from '../../guards/resources.ts'
import { foldCase, inApex, isName } from '../../hostnames/name.ts'
import { apexToFill } from '../apex-to-fill.ts'
import type { Mutator } from '../mutator.ts'

const Settings = z.strictObject({
  mode: z.enum(['disabled', 'enforce']).default('disabled').describe('Whether a route without hostnames gets one'),
  template: z
    .string()
    .default('{name}.{apex}')
    .describe("Hostname with '{name}' and '{namespace}' of the object and the '{apex}' of its tenant"),
})
type Settings = z.infer<typeof Settings>

const kinds: ReadonlySet<string> = new Set(['HTTPRoute', 'GRPCRoute', 'TLSRoute'])

/**
 * A route that names no hostname gets one within the apex of its tenant, as OpenShift does for its Routes.
 *
 * **Filled field:** `spec.hostnames` of HTTPRoute, GRPCRoute and TLSRoute, on CREATE, where it is absent.
 * **Why:** a route without hostnames would answer for every name of its listener, and is refused.
 *
 * Source: DESIGN section 6.
 */
export const defaultRouteHostname = {
  id: 'default-route-hostname',
  title: 'Routes without hostnames get one within the apex',
  resources: resources.filter(({ kind }) => kinds.has(kind)),
  Settings,
  patch(input, { template }) {
    const apex = apexToFill(input)
    const spec = member(input.object, 'spec')
    // An empty list and null are the user's own words; a guard answers them.
    if (apex === undefined || !isObject(spec) || Object.hasOwn(spec, 'hostnames')) return []
    const hostname = renderHostname(template, input, apex)
    return hostname === undefined ? [] : [{ op: 'add', path: '/spec/hostnames', value: [hostname] }]
  },
} as const satisfies Mutator<Settings>

const placeholders = /\{(?:name|namespace|apex)\}/g

/** Undefined where there is no name yet, as under `generateName`, or no hostname within the apex comes out. */
function renderHostname(template: string, { name: requested, namespace, object, facts }: GuardInput, apex: string) {
  const name = requested === '' ? member(member(object, 'metadata'), 'name') : requested
  if (typeof name !== 'string' || name === '') return undefined
  // One pass, so that a value is never read as a template itself.
  const rendered = template.replaceAll(placeholders, (placeholder) =>
    placeholder === '{name}' ? name : placeholder === '{apex}' ? apex : namespace,
  )
  const hostname = foldCase(rendered)
  if (!isName(hostname) || !inApex(hostname, apex)) return undefined
  // A name that a child tenant owns is the child's; the guard refuses the route and says what to do.
  return (facts.apexes.ownerOf(hostname)?.apex ?? apex) === apex ? hostname : undefined
}
