import type { Path } from './config-error.ts'
import { escapeText } from './show-value.ts'

const plainKey = /^[A-Za-z0-9_-]{1,80}$/

/** `settings.trustedUsers[1]`; a key that does not read as one word is quoted: `guards["a b"]`. */
export function formatPath(path: Path): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else if (plainKey.test(segment)) text += text === '' ? segment : `.${segment}`
    else text += `["${escapeText(segment.slice(0, 80))}"]`
  }
  return text
}

/** Orders paths part by part, positions in lists as numbers. */
export function comparePaths(left: Path, right: Path): number {
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = compareSegments(left[at] ?? '', right[at] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}

/** Whether `path` is `ancestor` or lies below it. */
export function isAtOrBelow(path: Path, ancestor: Path): boolean {
  return path.length >= ancestor.length && ancestor.every((segment, at) => segment === path[at])
}

function compareSegments(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [first, second] = [String(left), String(right)]
  return first < second ? -1 : first > second ? 1 : 0
}
