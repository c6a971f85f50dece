import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ApiError } from './api-error.ts'
import { readLines } from './read-lines.ts'

async function* chunksOf(...texts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text)
}

async function linesOf(maxBytes: number, ...texts: readonly (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of readLines(chunksOf(...texts), maxBytes)) lines.push(line)
  return lines
}

describe('lines of a stream', () => {
  it('are the same however the stream is cut', async () => {
    const line = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `<${text.replaceAll('\n', '')}>`)
    const cuts = fc.array(fc.nat(400), { maxLength: 12 })

    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 10 }), cuts, async (lines, at) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
        const edges = [0, ...at.map((edge) => Math.min(edge, bytes.length)).toSorted((a, b) => a - b), bytes.length]
        const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))

        assert.deepEqual(await linesOf(10_000, ...chunks), lines)
      }),
    )
  })

  it('leave out what is empty and what has no end', async () => {
    assert.deepEqual(await linesOf(100, 'a\n\n \r\nb\r\n', 'c'), ['a', 'b'])
  })

  it('are bounded', async () => {
    const bounded = await linesOf(5, 'abcde', '\nabcde\n')

    assert.deepEqual(bounded, ['abcde', 'abcde'])
    await assert.rejects(linesOf(5, 'abc', 'def'), ApiError)
  })
})
