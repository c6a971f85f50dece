/** How long the API server waits for the answer: `?timeout=` as reference/admission-webhooks.md 1.9 has it. */
const defaultMilliseconds = 10_000
const minMilliseconds = 1_000
const maxMilliseconds = 30_000
/** Longer than any duration within the bounds is written. */
const maxLength = 32

const milliseconds: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // Go prints the micro sign and reads the Greek letter too.
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds from the query of a review; 10 s where it says nothing, nonsense, or less than 1 s or more than 30 s. */
export function reviewTimeout(query: string): number {
  const text = timeoutOf(query)
  const parsed = text === undefined ? undefined : parseDuration(text)
  if (parsed === undefined || parsed < minMilliseconds || parsed > maxMilliseconds) return defaultMilliseconds
  return parsed
}

function timeoutOf(query: string): string | undefined {
  if (query === '') return undefined
  const isPlain = query.startsWith('timeout=') && !query.includes('&') && !query.includes('%')
  return isPlain ? query.slice('timeout='.length) : (new URLSearchParams(query).get('timeout') ?? undefined)
}

/** Milliseconds of a Go duration such as `10s`, `1m30s` or `1.5s`; undefined if it is none. */
function parseDuration(text: string): number | undefined {
  if (text.length === 0 || text.length > maxLength) return undefined
  const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y
  let total = 0
  while (part.lastIndex < text.length) {
    const match = part.exec(text)
    if (match === null) return undefined
    const [, amount = '', unit = ''] = match
    total += Number(amount) * (milliseconds[unit] ?? Number.NaN)
  }
  return total
}
