/** A line without its line feed, or `too-long`: it was skipped, since nothing that long is ever answered. */
export type Line = Buffer | 'too-long'

const lineFeed = 0x0a

/**
 * Splits a stream of bytes into lines and hands them over chunk by chunk, so that a caller who waits for nothing
 * is not made to wait. The memory of a chunk, and so of its lines, may be used again for the next one. Holds
 * `maxBytes` and a chunk at most.
 */
export async function* splitLines(chunks: AsyncIterable<unknown>, maxBytes: number): AsyncGenerator<readonly Line[]> {
  let started: Buffer[] = []
  let startedBytes = 0
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a stream of bytes is needed')
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      lines.push(join(chunk.subarray(start, end)))
      start = end + 1
    }
    keep(chunk.subarray(start))
    if (lines.length > 0) yield lines
  }
  if (startedBytes > 0) yield [join(Buffer.alloc(0))]

  function join(last: Buffer): Line {
    const bytes = startedBytes + last.length
    const line = startedBytes === 0 ? last : Buffer.concat([...started, last])
    started = []
    startedBytes = 0
    return bytes > maxBytes ? 'too-long' : line
  }

  function keep(rest: Buffer): void {
    startedBytes += rest.length
    if (startedBytes > maxBytes) started = []
    else if (rest.length > 0) started.push(Buffer.from(rest))
  }
}
