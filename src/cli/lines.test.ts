import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'

import { splitLines } from './lines.ts'

test('lines come out as they went in, however the stream is cut', async () => {
  const pieces = fc.array(fc.constantFrom('', 'a', 'bc', '\n', '\n\n', 'd\ne', '"\\n"', 'ü'), { maxLength: 12 })

  await fc.assert(
    fc.asyncProperty(pieces, async (chunks) => {
      const lines = await collect(chunks, 1000)

      // A line feed at the very end ends the last line and begins none.
      const text = chunks.join('')
      assert.deepEqual(lines, text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n'))
    }),
  )
})

test('a line that is too long is named and left behind, and the next one is whole', async () => {
  const lines = await collect(['aaaa', 'aaaa', 'aaaa\nok', '\nbbbbbbbbb', '\n12345678\n'], 8)

  assert.deepEqual(lines, ['too-long', 'ok', 'too-long', '12345678'])
})

test('the last line may be too long as well', async () => {
  assert.deepEqual(await collect(['ok\n', '123456', '789'], 8), ['ok', 'too-long'])
})

async function collect(chunks: readonly string[], maxBytes: number): Promise<string[]> {
  const found: string[] = []
  for await (const lines of splitLines(inOneBuffer(chunks), maxBytes)) found.push(...lines.map(String))
  return found
}

/** The chunks one after the other in the same memory, as a file is read. */
async function* inOneBuffer(chunks: readonly string[]): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(64)
  for (const chunk of chunks) yield buffer.subarray(0, buffer.write(chunk))
}
