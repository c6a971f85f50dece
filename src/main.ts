/** The composition root: hands the command line to its command, and its exit code to the system. */
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// The kernel keeps from process 1, which this is in a container, every signal that it does not listen for: a pod deleted
// while it starts would stay until its grace period is over. Whoever listens later takes over.
if (process.pid === 1) {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ] as const) {
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + number)
    })
  }
}

// A third of the time to start goes into stripping types and compiling; the second start finds both done. Beside the
// packages and not in the shared temporary folder, where anybody could leave code for us. A read-only disk goes without.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)))

// Loaded only now, so that the cache serves them.
const { dispatch } = await import('./cli/dispatch.ts')
const { createTerminal } = await import('./cli/terminal.ts')

/** What a shell shows for a process that SIGPIPE ended: 128 and the number of the signal. */
const brokenPipe = 141

// A reader that has seen enough, such as `head`, is no reason for a crash report.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? brokenPipe : 2))
// Nobody listens to complaints, and there is nobody to tell.
process.stderr.on('error', () => undefined)

// The exit code is set and the process left to end by itself, so that output still on its way arrives.
process.exitCode = await dispatch(process.argv.slice(2), createTerminal(process))
