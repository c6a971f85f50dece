import { open } from 'node:fs/promises'

import { loadConfig, unreadable } from '../config/load.ts'
import { readArguments } from './arguments.ts'
import { callerOf } from './check-caller.ts'
import { loadFacts } from './check-facts.ts'
import { checkManifests } from './check-manifests.ts'
import { checkReviews, type ReviewsInput } from './check-reviews.ts'
import { createOfflineJudge } from './offline-judge.ts'
import type { Terminal } from './terminal.ts'
import { UsageError, type Usage } from './usage.ts'

export const usage = {
  synopsis: [
    'MANIFEST... --config FILE [--namespaces FILE] [-n NAMESPACE] [--as USER] [--as-group GROUP]... [-o text|json]',
    '--reviews FILE|- --config FILE [--namespaces FILE] [-o text|json]',
  ],
  operands: {
    name: 'MANIFEST',
    most: Infinity,
    help: 'YAML or JSON files, folders (searched for *.yaml, *.yml and *.json) or - for standard input; each object is judged as if it were created',
  },
  options: {
    config: { type: 'string', required: true, value: 'FILE', help: 'the configuration, as for serve' },
    namespaces: {
      type: 'string',
      value: 'FILE',
      help: "the Namespaces there are, as 'kubectl get namespaces -o yaml' prints them; a namespace that is not in it is unknown, and without the option all are, and so is who owns which name",
    },
    reviews: {
      type: 'string',
      value: 'FILE|-',
      help: 'AdmissionReviews, one JSON object a line, in place of manifests',
    },
    namespace: {
      type: 'string',
      short: 'n',
      value: 'NAMESPACE',
      help: "for objects without one; 'default' if not given",
    },
    as: { type: 'string', value: 'USER', help: 'who creates the objects; a user whom nobody trusts if not given' },
    'as-group': { type: 'string', multiple: true, value: 'GROUP', help: 'a group of that user' },
    output: { type: 'string', short: 'o', choices: ['text', 'json'], help: 'for people, or one JSON object a line' },
  },
  notes: [
    'Exit code 0: all are allowed. 1: something is refused. 2: bad usage, or input that cannot be read.',
    'Namespaces among the manifests are judged like anything else and do not become facts.',
  ],
} as const satisfies Usage

/** Judges manifests or recorded reviews with the engine of the server. DESIGN section 3. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, operands, faults } = readArguments(argv, usage)
  const { config: configFile, reviews } = values
  faults.push(...findConflicts(operands, values))
  if (faults.length > 0 || configFile === undefined) throw new UsageError(faults)
  const config = loadConfig(configFile)
  const engine = createOfflineJudge(config, loadFacts(values.namespaces, config.settings), terminal.complain)
  const format = values.output === 'json' ? 'json' : 'text'
  const request = { namespace: values.namespace ?? 'default', caller: callerOf(values.as, values['as-group']) }
  const exitCode =
    reviews === undefined
      ? await checkManifests(operands, request, engine, format, terminal)
      : await checkReviews(openReviews(reviews, terminal), engine, format, terminal)
  if (exitCode === 1 && values.namespaces === undefined) {
    terminal.complain('No namespace is known without --namespaces, so everything that rests on one is refused.')
  }
  return exitCode
}

interface Given {
  readonly reviews?: string
  readonly namespace?: string
  readonly as?: string
  readonly 'as-group'?: readonly string[]
}

function findConflicts(manifests: readonly string[], given: Given): string[] {
  const faults: string[] = []
  if (given.reviews === undefined && manifests.length === 0)
    faults.push('either a MANIFEST or --reviews FILE is required')
  if (manifests.filter((manifest) => manifest === '-').length > 1) faults.push('- may be given once only')
  if (given.reviews === undefined) return faults
  if (manifests.length > 0) faults.push('--reviews may not stand beside manifests; use one of the two')
  for (const name of ['namespace', 'as', 'as-group'] as const) {
    if (given[name] !== undefined) faults.push(`--${name} is for manifests; a review says these things itself`)
  }
  return faults
}

/** Big enough that reading costs nothing beside judging, small enough to be forgotten soon. */
const chunkBytes = 256 * 1024

function openReviews(reviews: string, { input }: Terminal): ReviewsInput {
  return reviews === '-' ? { name: 'stdin', chunks: input } : { name: reviews, chunks: readChunks(reviews) }
}

/** The bytes of a file in one buffer, filled again and again: a fresh one for each chunk costs more than the reading. */
async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    await using file = await open(path)
    const buffer = Buffer.allocUnsafeSlow(chunkBytes)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes)
      if (bytesRead === 0) return
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}
