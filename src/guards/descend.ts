import type { Json } from './guard.ts'
import { isObject, member } from './json.ts'

/** Where a path leads in an object. A value of JSON itself, so that two can be compared. */
export type Descent =
  /** Something on the way is missing or null. */
  | { readonly kind: 'absent' }
  /** What stands at the end of the path; null where the object says null. */
  | { readonly kind: 'found'; readonly field: string; readonly value: Json }
  /** Something on the way is neither an object nor null: nobody can tell what it means. */
  | { readonly kind: 'blocked'; readonly field: string; readonly value: Json }

export const absent: Descent = { kind: 'absent' }

/** Follows the keys of `path` down from `object`; where there is no object, as on CREATE, all is absent. */
export function descend(object: Json, path: readonly string[]): Descent {
  if (!isObject(object)) return absent
  let value: Json | undefined = object
  for (const [depth, key] of path.entries()) {
    if (!isObject(value)) return { kind: 'blocked', field: path.slice(0, depth).join('.'), value }
    value = member(value, key)
    const isLast = depth === path.length - 1
    if (value === undefined || (value === null && !isLast)) return absent
  }
  return { kind: 'found', field: path.join('.'), value }
}
