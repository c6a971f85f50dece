import type { Call } from '../admission/admission.ts'
import { reviewTimeout } from './review-timeout.ts'

/** The families of each endpoint: guard ids behind `/validate/`, mutator ids behind `/mutate/`. */
export type Families = Readonly<Record<Call['endpoint'], readonly string[]>>

/** What a request target asks for. */
export interface Target extends Pick<Call, 'endpoint' | 'family'> {
  /** How long the API server waits. */
  readonly timeoutMilliseconds: number
}

/** An API server sends a handful of targets, the same ones for every review; others may send what they like. */
const maxRemembered = 64

/** Finds what a request target asks for; undefined where there is no such path. */
export function createTargetFinder(families: Families): (url: string) => Target | undefined {
  const paths = listPaths(families)
  const remembered = new Map<string, Target>()

  return (url) => {
    const known = remembered.get(url)
    if (known !== undefined) return known
    const path = paths.get(pathOf(url))
    if (path === undefined) return undefined
    const target = { ...path, timeoutMilliseconds: reviewTimeout(queryOf(url)) }
    if (remembered.size < maxRemembered) remembered.set(url, target)
    return target
  }
}

/** Every path there is. A Map, so that `/validate/constructor` finds nothing. */
function listPaths(families: Families): ReadonlyMap<string, Pick<Call, 'endpoint' | 'family'>> {
  const paths = new Map<string, Pick<Call, 'endpoint' | 'family'>>()
  for (const endpoint of ['validate', 'mutate'] as const) {
    paths.set(`/${endpoint}`, { endpoint, family: undefined })
    for (const family of families[endpoint]) paths.set(`/${endpoint}/${family}`, { endpoint, family })
  }
  return paths
}

/** The path of a request target, without its query. */
export function pathOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? url : url.slice(0, at)
}

/** The query of a request target, without the question mark; empty if there is none. */
function queryOf(url: string): string {
  const at = url.indexOf('?')
  return at < 0 ? '' : url.slice(at + 1)
}
