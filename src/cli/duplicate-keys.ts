import type { Json } from '../guards/guard.ts'

/**
 * Whether an object in `text` has two members of one name: then `parsed`, made of it by `JSON.parse`, has fewer
 * members than there are colons outside strings. Names are compared decoded, and nothing is remembered.
 */
export function hasDuplicateKeys(text: string, parsed: Json): boolean {
  return countColons(text) !== countMembers(parsed)
}

function countColons(text: string): number {
  let colons = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) at = endOfString(text, at)
    else if (unit === 0x3a) colons++
  }
  return colons
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === 0x22) return at
    if (unit === 0x5c) at++
  }
  return text.length
}

function countMembers(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let members = Array.isArray(value) ? 0 : Object.keys(value).length
  for (const child of Object.values(value)) members += countMembers(child)
  return members
}
