/**
 * `read` with a short memory: one review asks for the same text several times, and the next update carries
 * what this one stored. The last `size` texts are kept; the answer never depends on it.
 */
export function remember<Value>(read: (text: string) => Value, size: number): (text: string) => Value {
  const known: { readonly text: string; readonly value: Value }[] = []
  return (text) => {
    const hit = known.find((item) => item.text === text)
    if (hit !== undefined) return hit.value
    const item = { text, value: read(text) }
    if (known.unshift(item) > size) known.pop()
    return item.value
  }
}
