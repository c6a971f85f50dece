/** The Go toolchain, which builds and downloads what the tests need besides npm's packages. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** Runs `go` in a folder and resolves with what it prints; throws with its complaints. */
export async function runGo(args: readonly string[], cwd: string): Promise<string> {
  // What is pinned stays pinned, whatever the user's own settings say.
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' }
  const child = spawn('go', args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env })
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [ended, stdout, stderr] = await Promise.all([code, text(child.stdout), text(child.stderr)])
  if (ended !== 0) throw new Error(`go ${args.join(' ')} in ${cwd} ended with ${ended}:\n${stderr}${stdout}`)
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
