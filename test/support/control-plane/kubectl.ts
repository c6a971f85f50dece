import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export interface KubectlOptions {
  /** Standard input, for `-f -`. */
  readonly input?: string
  /** Whom to impersonate. A ServiceAccount's groups come by themselves if none are named. */
  readonly as?: { readonly user: string; readonly groups?: readonly string[] }
  /** Signs in with this token in place of the admin's. */
  readonly token?: string
  readonly seconds?: number
}

export interface KubectlResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>

/** Makes the function that runs kubectl with this kubeconfig, and with a home in `folder`, where its caches go. */
export function createKubectl(command: string, kubeconfig: string, folder: string): Kubectl {
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), KUBECONFIG: kubeconfig }
  return async (args, { input = '', as, token, seconds = 60 } = {}) => {
    const identity =
      as === undefined ? [] : [`--as=${as.user}`, ...(as.groups ?? []).map((name) => `--as-group=${name}`)]
    const signIn = token === undefined ? [] : [`--token=${token}`]
    const child = spawn(command, [...identity, ...signIn, ...args], {
      cwd: folder,
      env,
      signal: AbortSignal.timeout(seconds * 1000),
    })
    const status = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    // It may end without reading its input.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    const [ended, stdout, stderr] = await Promise.all([status, text(child.stdout), text(child.stderr)])
    return { status: ended, stdout, stderr }
  }
}
