import { quote } from '../violation.ts'
import type { TomlValue } from './toml-tree.ts'

const bareKey = /^[A-Za-z0-9_-]+$/
const maxSegmentLength = 63
/** The longest key that is permitted has 59 characters. */
const maxShownLength = 200

/** A dotted key as it would be written, segment by segment; anything but bare keys is quoted. */
export function memberPath(path: string, key: string): string {
  const segment = key.length <= maxSegmentLength && bareKey.test(key) ? key : quote(key, maxSegmentLength)
  return path === '' ? segment : `${path}.${segment}`
}

/** A path for the reader, cut where it is over-long. */
export function showPath(path: string): string {
  return path.length > maxShownLength ? `${path.slice(0, maxShownLength)}…` : path
}

/** The paths of everything that a value sets; a table or a list without members stands for itself. */
export function* leavesOf(value: TomlValue, path: string): Generator<string> {
  if (value.kind === 'table' && value.members.size > 0) {
    for (const [key, member] of value.members) yield* leavesOf(member, memberPath(path, key))
  } else if (value.kind === 'array' && value.items.some(({ kind }) => kind === 'table')) {
    for (const [index, item] of value.items.entries()) yield* leavesOf(item, `${path}[${index}]`)
  } else {
    yield path
  }
}
