import type { Call } from '../admission/admission.ts'

/** What a path of the webhook port asks for. */
export type Target = Pick<Call, 'endpoint' | 'family'>

/** The families of each endpoint: guard ids behind `/validate/`, mutator ids behind `/mutate/`. */
export type Families = Readonly<Record<Call['endpoint'], readonly string[]>>

/** Every path there is. A Map, so that `/validate/constructor` finds nothing. */
export function listTargets(families: Families): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>()
  for (const endpoint of ['validate', 'mutate'] as const) {
    targets.set(`/${endpoint}`, { endpoint, family: undefined })
    for (const family of families[endpoint]) targets.set(`/${endpoint}/${family}`, { endpoint, family })
  }
  return targets
}

/** The path of a request target, without its query. */
export function pathOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at)
}

/** The query of a request target, without the question mark; empty if there is none. */
export function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}
