import { ApiError } from './api-error.ts'

const newline = 0x0a

/**
 * Splits a stream into its lines, empty ones left out. The line a stream breaks off in is never handed on;
 * one beyond `maxBytes` throws.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  // Parts of the line under way: joined once, so that a line in many chunks is not copied over and over.
  let parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end))
      const line = Buffer.concat(parts).toString().trim()
      parts = []
      bytes = 0
      start = end + 1
      if (line !== '') yield line
    }
    bytes += chunk.length - start
    if (bytes > maxBytes) throw new ApiError('malformed')
    if (start < chunk.length) parts.push(chunk.subarray(start))
  }
}
