import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'

import { printable } from './printable.ts'

/** What a piece of output means; a terminal that has colours shows it. */
export type Tone = 'good' | 'bad' | 'careful' | 'quiet' | 'strong'

/** Where a command reads and writes. */
export interface Terminal {
  readonly input: Readable
  /** Writes to standard output. A promise, where the reader is slower than we are, until it has caught up. */
  print(text: string): Promise<void> | undefined
  /** Writes to standard error, each line made harmless to a terminal. */
  complain(text: string): void
  /** `text` in the colour of its tone, where standard output is a terminal with colours and nobody said NO_COLOR. */
  paint(tone: Tone, text: string): string
}

const styles = {
  good: 'green',
  bad: 'red',
  careful: 'yellow',
  quiet: 'dim',
  strong: 'bold',
} as const satisfies Readonly<Record<Tone, Parameters<typeof styleText>[0]>>

export interface Streams {
  readonly stdin: Readable
  readonly stdout: Writable & { readonly isTTY?: boolean; hasColors?(): boolean }
  readonly stderr: Writable
}

export function createTerminal(streams: Streams): Terminal {
  const { stdout, stderr } = streams
  // `hasColors` of a terminal reads NO_COLOR; anything else has no such method.
  const isColoured = stdout.isTTY === true && stdout.hasColors?.() === true
  return {
    // Opened by whoever reads it: a server has no use for it.
    get input() {
      return streams.stdin
    },
    print: (text) => (stdout.write(text) ? undefined : once(stdout, 'drain').then(() => undefined)),
    // Complaints quote file names and other people's text; here nobody can forget to make that harmless.
    complain: (text) => void stderr.write(`${text.split('\n').map(printable).join('\n')}\n`),
    paint: (tone, text) => (isColoured ? styleText(styles[tone], text, { validateStream: false }) : text),
  }
}
