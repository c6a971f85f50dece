interface Limits<Value> {
  /** How many texts are kept at most. */
  readonly size: number
  /** What they may weigh together; one text may weigh more, and is then the only one kept. */
  readonly maxWeight: number
  weigh(value: Value, text: string): number
}

/**
 * `read` with a short memory: one review asks for the same text several times, and the next update carries
 * what this one stored. The last texts are kept; the answer never depends on it.
 */
export function remember<Value>(
  read: (text: string) => Value,
  { size, maxWeight, weigh }: Limits<Value>,
): (text: string) => Value {
  const known: { readonly text: string; readonly value: Value; readonly weight: number }[] = []
  let total = 0
  return (text) => {
    const hit = known.find((item) => item.text === text)
    if (hit !== undefined) return hit.value
    const value = read(text)
    const weight = weigh(value, text)
    known.unshift({ text, value, weight })
    total += weight
    while (known.length > size || (known.length > 1 && total > maxWeight)) total -= known.pop()?.weight ?? 0
    return value
  }
}
