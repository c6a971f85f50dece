import type { Advice } from '../guard.ts'
import { quoteShort } from '../violation.ts'
import { documentField } from './field.ts'

/** More tenants are counted and not named. DESIGN section 10, "many removed tenants". */
const maxNamed = 20
/** A line of advice takes further names while it is shorter than this. */
const maxAdviceLength = 150
/** A denial is one line, and names of a stored document can be anything. */
const maxDenialLength = 1000

/** The first twenty tenants, as far as one line holds them, and a count of the others. */
export function listTenants(names: readonly string[]): string {
  const [first = []] = splitInLines(names.slice(0, maxNamed), maxDenialLength)
  const more = names.length - first.length
  return more === 0 ? first.join(', ') : `${first.join(', ')} and ${more} more`
}

/** Says the same of many tenants in few lines: the first twenty by name, then a count. */
export function adviseTenants(names: readonly string[], say: (tenants: string) => string): readonly Advice[] {
  const lines = splitInLines(names.slice(0, maxNamed), maxAdviceLength).map((line) => line.join(', '))
  const more = names.length - maxNamed
  if (more > 0) lines.push(`${more} more`)
  return lines.map((tenants) => ({ field: documentField, text: say(tenants) }))
}

function splitInLines(names: readonly string[], length: number): readonly string[][] {
  const lines: string[][] = []
  let left = 0
  for (const name of names.map(quoteShort)) {
    const line = left >= name.length ? lines.at(-1) : undefined
    if (line === undefined) {
      lines.push([name])
      left = length - name.length
    } else {
      line.push(name)
      left -= name.length
    }
  }
  return lines
}
