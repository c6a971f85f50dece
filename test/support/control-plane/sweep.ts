/** What a run left behind whose keeper was killed, too, as when a container runs out of memory. */
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './lock.ts'
import { runProgram } from './run-program.ts'

/** Of folders of keepers. */
export const folderPrefix = 'gatehouse-plane-'
/** Holds the number of the keeper, in its folder. */
export const keeperFile = 'keeper.pid'

/** Ends processes and removes folders whose keeper is gone. */
export async function sweepLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(folderPrefix))
  await Promise.all(names.map((name) => sweep(join(tmpdir(), name))))
}

async function sweep(folder: string): Promise<void> {
  if (!(await isAbandoned(folder))) return
  // By the folder in their command line: numbers of processes are given out again.
  const { stdout } = await runProgram('ps', ['-A', '-ww', '-o', 'pid=,args='])
  for (const line of stdout.split('\n').filter((each) => each.includes(`${folder}/`))) {
    const pid = Number.parseInt(line, 10)
    if (pid > 0 && pid !== process.pid) killQuietly(pid)
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** A folder without a number is left alone: its keeper has only just made it, or is removing it. */
async function isAbandoned(folder: string): Promise<boolean> {
  const keeper = Number(await readFile(join(folder, keeperFile), 'utf8').catch(() => '0'))
  return keeper > 0 && !isAlive(keeper)
}

/** Ends a process that may have ended by itself. */
export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It had.
  }
}
