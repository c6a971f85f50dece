/** The programs that build, keep and run images, and which of them this machine has. */
import { spawnSync } from 'node:child_process'

/** What can build an image, the best first: buildah needs no service and leaves alone what is running. */
export const builders = ['buildah', 'podman', 'docker'] as const
/** What can run one. */
const runners = ['podman', 'docker'] as const
export type Builder = (typeof builders)[number]
export type Runner = (typeof runners)[number]

/** Something that this machine lacks, or a step that failed; the text says what to do. */
export class StepError extends Error {}

/** The builder of that name, or the first that works here; undefined if none does. */
export function findBuilder(wanted?: Builder): Builder | undefined {
  return (wanted === undefined ? builders : [wanted]).find(works)
}

/** The first program that can run a container here; undefined if none can. */
export function findRunner(): Runner | undefined {
  return runners.find(works)
}

/** The client alone is not enough: Docker's also needs its engine. */
function works(tool: Builder): boolean {
  return spawnSync(tool, ['info'], { stdio: 'ignore' }).status === 0
}

/** Runs a program that may take minutes, its output shown as it comes. */
export function runShown(tool: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  // Standard output is for the result, such as a list of files; progress goes with the complaints.
  const { status, error } = spawnSync(tool, args, { stdio: ['ignore', 2, 2], env })
  if (error !== undefined) throw new StepError(explainAbsence(tool, error))
  if (status !== 0) throw new StepError(`${tool} ${args[0]} failed with ${status}; its own words are above`)
}

/** Runs a program for what it prints. */
export function runQuietly(tool: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (error !== undefined) throw new StepError(explainAbsence(tool, error))
  if (status !== 0) throw new StepError(`${tool} ${args[0]} failed with ${status}: ${stderr.trim()}`)
  return stdout
}

function explainAbsence(tool: string, error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT'
    ? `${tool} is not here; on Debian: apt-get install --no-install-recommends ${tool}`
    : `${tool} cannot be run: ${error.message}`
}
