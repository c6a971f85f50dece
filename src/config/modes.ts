import { z } from 'zod'
import { listChoices } from './show-value.ts'

/** What happens to a violation (DESIGN section 2). */
const guardModes = ['enforce', 'warn', 'audit', 'disabled'] as const
/** A mutator acts or does not. */
const mutatorModes = ['disabled', 'enforce'] as const

/** What people write for `disabled`; YAML 1.1 writers turn `off` and `no` into false on the way here. */
const wordsForOff: ReadonlySet<unknown> = new Set([false, 'off', 'Off', 'OFF', 'no', 'No', 'NO', 'false', 'none'])

/** Mode of a guard, `enforce` unless it is written. */
export const GuardMode = modeOf(guardModes).default('enforce')
/** Mode of a mutator, `disabled` unless it is written. */
export const MutatorMode = modeOf(mutatorModes).default('disabled')

export const GuardBlock = blockWithMode({ mode: GuardMode.describe('What happens to a violation of this guard') })

/** A block that holds a mode: a bare word in its place is answered with the block to write. */
export function blockWithMode<Shape extends z.ZodRawShape & { mode: z.ZodType }>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      if (code !== 'invalid_type') return undefined
      if (wordsForOff.has(input)) return `must be a mapping; write {mode: disabled} to switch it off`
      return typeof input === 'string' && shape.mode.safeParse(input).success
        ? `must be a mapping; write {mode: ${input}}`
        : undefined
    },
  })
}

function modeOf<const Mode extends string>(modes: readonly Mode[]) {
  return z.enum(modes, {
    error: ({ input }) =>
      wordsForOff.has(input)
        ? `must be ${listChoices(modes)}; ${showWord(input)} is not a mode: write 'disabled'`
        : undefined,
  })
}

function showWord(word: unknown): string {
  return typeof word === 'string' ? `'${word}'` : String(word)
}
