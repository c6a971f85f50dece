/** The composition root: hands the command line to its command, and its exit code to the system. */
import { dispatch } from './cli/dispatch.ts'
import { createTerminal } from './cli/terminal.ts'

/** What a shell shows for a process that SIGPIPE ended: 128 and the number of the signal. */
const brokenPipe = 141

// A reader that has seen enough, such as `head`, is no reason for a crash report.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? brokenPipe : 2))
// Nobody listens to complaints, and there is nobody to tell.
process.stderr.on('error', () => undefined)

// The exit code is set and the process left to end by itself, so that output still on its way arrives.
process.exitCode = await dispatch(process.argv.slice(2), createTerminal(process))
