/** `check --reviews`: JSON Lines in, one answer per review out, in the order of the input. */
import { isAscii, isUtf8 } from 'node:buffer'

import { maxBodyBytes } from '../admission/body-limit.ts'
import { nestsTooDeep } from '../admission/nesting.ts'
import { decodeReview, readReview, type Malformed, type Review } from '../admission/review.ts'
import type { Json } from '../guards/guard.ts'
import { encodeAnswer, refuseLine } from './check-answer.ts'
import { renderAnswer, renderSummary, startTally, tally } from './check-text.ts'
import { hasDuplicateKeys } from './duplicate-keys.ts'
import { splitLines, type Line } from './lines.ts'
import type { OfflineAnswer, OfflineJudge } from './offline-judge.ts'
import type { Terminal } from './terminal.ts'

export interface ReviewsInput {
  /** How the input is called in text output. */
  readonly name: string
  readonly chunks: AsyncIterable<unknown>
}

/** Judges every review of the input; resolves to the exit code. */
export async function checkReviews(
  { name, chunks }: ReviewsInput,
  { judge }: OfflineJudge,
  format: 'text' | 'json',
  terminal: Terminal,
): Promise<number> {
  const counts = startTally()
  let lineNumber = 0
  let reviews = 0
  for await (const lines of splitLines(chunks, maxBodyBytes)) {
    // One write for all answers of a chunk: a system call for every line would cost more than the judging.
    let output = ''
    for (const line of lines) {
      lineNumber++
      if (isBlank(line)) continue
      const review = decodeLine(line)
      if ('uid' in review) reviews++
      const answer = 'uid' in review ? judge(review) : refuseReview(review)
      tally(counts, answer)
      output +=
        format === 'json'
          ? encodeAnswer(answer)
          : renderAnswer(`${name}:${lineNumber}`, describe(review), answer, terminal.paint)
    }
    await terminal.print(output)
  }
  if (format === 'text') await terminal.print(renderSummary('review', counts, terminal.paint))
  if (reviews === 0 && lineNumber > 0) {
    terminal.complain(`No line of ${name} is a review; each review is one line, as 'jq -c .' prints it.`)
  }
  return counts.denied > 0 ? 1 : 0
}

interface Refused extends Malformed {
  readonly code: 400 | 413
}

function decodeLine(line: Line): Review | Refused {
  if (line === 'too-long') return { code: 413, malformed: `a review is at most ${maxBodyBytes} bytes long` }
  const review = decodeOnce(line)
  return 'uid' in review ? review : { code: 400, ...review }
}

/**
 * What the server's decoder makes of the line, which also words everything that is wrong; but for duplicate keys:
 * an API server never sends them.
 */
function decodeOnce(line: Buffer): Review | Malformed {
  const ascii = isAscii(line)
  if (!ascii && !isUtf8(line)) return decodeReview(line)
  let parsed: Json
  try {
    parsed = JSON.parse(line.toString(ascii ? 'latin1' : 'utf8'))
  } catch {
    return decodeReview(line)
  }
  if (nestsTooDeep(line)) return decodeReview(line)
  if (hasDuplicateKeys(line, parsed)) return { malformed: 'a JSON object has a duplicate key' }
  return readReview(parsed)
}

function refuseReview({ code, malformed }: Refused): OfflineAnswer {
  return { ...refuseLine(null, code, malformed), isGuarded: true }
}

function isBlank(line: Line): boolean {
  return line !== 'too-long' && line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

function describe(review: Review | Refused): string {
  if (!('uid' in review)) return 'no review'
  const { operation, kind, namespace, name, subResource } = review
  const path = [namespace, name, subResource].filter((part) => part !== '').join('/')
  return `${operation} ${kind.kind} ${path}`.trimEnd()
}
