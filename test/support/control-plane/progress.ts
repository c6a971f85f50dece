const startedAt = performance.now()

/** One line about a step that takes a while, on stderr where it hurts no output. */
export function tellProgress(step: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  process.stderr.write(`[${seconds.padStart(4)} s] ${step}\n`)
}
