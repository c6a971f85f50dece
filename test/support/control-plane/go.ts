/** The Go toolchain, which builds and downloads what the tests need besides npm's packages. */
import { runProgram } from './run-program.ts'

/** A first build on a slow machine; only a network that hangs takes longer. */
const patienceSeconds = 40 * 60

/** Runs `go` in a folder and resolves with what it prints; throws with its complaints. */
export async function runGo(args: readonly string[], cwd: string): Promise<string> {
  // What is pinned stays pinned, whatever the user's own settings say.
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' }
  const { status, stdout, stderr } = await runProgram('go', args, { cwd, env, seconds: patienceSeconds })
  if (status !== 0) throw new Error(`go ${args.join(' ')} in ${cwd} ended with ${status}:\n${stderr}${stdout}`)
  return stdout
}

let found: Promise<boolean> | undefined

/** Whether there is a Go toolchain at all. */
export function hasGo(): Promise<boolean> {
  return (found ??= runGo(['version'], process.cwd()).then(
    () => true,
    () => false,
  ))
}
