import { join } from 'node:path'
import { runProgram, type ProgramResult } from './run-program.ts'

export interface KubectlOptions {
  /** Standard input, for `-f -`. */
  readonly input?: string
  /** Whom to impersonate. A ServiceAccount's groups come by themselves if none are named. */
  readonly as?: { readonly user: string; readonly groups?: readonly string[] }
  /** Signs in with this token in place of the admin's. */
  readonly token?: string
  readonly seconds?: number
}

export type Kubectl = (args: readonly string[], options?: KubectlOptions) => Promise<ProgramResult>

/** Makes the function that runs kubectl with this kubeconfig, and with a home in `folder`, where its caches go. */
export function createKubectl(command: string, kubeconfig: string, folder: string): Kubectl {
  const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), KUBECONFIG: kubeconfig }
  return (args, { as, token, ...options } = {}) => {
    const groups = (as?.groups ?? []).map((name) => `--as-group=${name}`)
    const identity = as === undefined ? [] : [`--as=${as.user}`, ...groups]
    const signIn = token === undefined ? [] : [`--token=${token}`]
    return runProgram(command, [...identity, ...signIn, ...args], { cwd: folder, env, ...options })
  }
}
