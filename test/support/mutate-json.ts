import type { Json } from '../../src/guards/guard.ts'
import { isList, isObject } from '../../src/guards/json.ts'

/** A source of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What a member of a review may turn into. */
const oddities: readonly Json[] = [
  null,
  true,
  0,
  -0,
  1e308,
  '',
  'x.bob.example.org',
  '*.alice.example.org',
  '\u0000\u202e\ud800',
  'a'.repeat(300),
  [],
  {},
  [[[]]],
  { toString: 'a', constructor: {} },
  ['tenant-alice', 7, null],
]

/** `value` with one member somewhere inside replaced, removed or doubled. */
export function mutateJson(value: Json, random: () => number): Json {
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  if (isList(value)) {
    if (value.length === 0 || random() < 0.1) return [...value, pick(oddities) ?? null]
    const at = Math.floor(random() * value.length)
    if (random() < 0.1) return value.toSpliced(at, 1)
    return value.with(at, mutateJson(value[at] ?? null, random))
  }
  if (!isObject(value) || random() < 0.03) return pick(oddities) ?? null
  const key = pick(Object.keys(value))
  if (key === undefined || random() < 0.05) return { ...value, [pick(oddKeys) ?? '']: pick(oddities) ?? null }
  if (random() < 0.08) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  return { ...value, [key]: mutateJson(value[key] ?? null, random) }
}

const oddKeys = ['__proto__', 'constructor', 'hostnames', 'spec', 'listeners', 'deletionTimestamp', 'toString', '']
