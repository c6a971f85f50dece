import { readFileSync } from 'node:fs'

import { readArguments } from './arguments.ts'
import type { Terminal } from './terminal.ts'
import { UsageError, type Usage } from './usage.ts'

export const usage = {
  synopsis: ['[-o text|json]'],
  options: { output: { type: 'string', short: 'o', choices: ['text', 'json'], help: 'for people or for machines' } },
} as const satisfies Usage

/** Prints which Gatehouse this is and what it runs on. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, faults } = readArguments(argv, usage)
  if (faults.length > 0) throw new UsageError(faults)
  const version = readVersion()
  const { node } = process.versions
  const platform = `${process.platform}-${process.arch}`
  await terminal.print(
    values.output === 'json'
      ? `${JSON.stringify({ version, node, platform })}\n`
      : `gatehouse ${version} (Node ${node}, ${platform})\n`,
  )
  return 0
}

/** The version of this Gatehouse: package.json is the one place that says it. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { version }: { version: string } = JSON.parse(text)
  return version
}
