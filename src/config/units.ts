/** Lengths of time and amounts of bytes as people write them, turned into plain numbers. */
import { z } from 'zod'
import { showValue } from './show-value.ts'

const durationPattern = /^([0-9]{1,9})(ms|s|m|h)$/
const millisecondsPer = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60 * 1000],
  ['h', 60 * 60 * 1000],
])

const sizePattern = /^([0-9]{1,6})(KiB|MiB|GiB)$/
const bytesPer = new Map([
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
])

/** `'90s'`, `'5m'`, `'1h'`; milliseconds in the result. */
export const Duration = z
  .string({ error: explainDuration })
  .regex(durationPattern, { error: explainDuration })
  .transform((text) => multiply(text, durationPattern, millisecondsPer))

/** A {@link Duration} that is not zero. */
export const PositiveDuration = Duration.refine((milliseconds) => milliseconds > 0, {
  error: 'must be longer than zero',
})

/** `67108864`, `'512KiB'` or `'64MiB'`; bytes in the result. */
export const ByteSize = z
  .union(
    [
      z.int({ error: explainSize }).min(1, { error: explainSize }),
      z.string().regex(sizePattern, { error: explainSize }),
    ],
    {
      error: explainSize,
    },
  )
  .transform((size) => (typeof size === 'number' ? size : multiply(size, sizePattern, bytesPer)))
  .refine((bytes) => bytes > 0, { error: 'must be more than zero bytes' })

function explainSize({ input }: { readonly input?: unknown }): string {
  return `must be a whole number of bytes, at least 1, or a number and a unit (KiB, MiB or GiB) such as '64MiB', not ${showValue(input)}`
}

function explainDuration({ input }: { readonly input?: unknown }): string {
  return `must be a number and a unit (ms, s, m or h) such as '30s', '5m' or '1h', not ${showValue(input)}`
}

function multiply(text: string, pattern: RegExp, factors: ReadonlyMap<string, number>): number {
  const [, digits, unit] = pattern.exec(text) ?? []
  return Number(digits) * (factors.get(unit ?? '') ?? Number.NaN)
}
