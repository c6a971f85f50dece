/** One run at a time does the work; the others wait for its result. */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { waitUntil } from './wait-until.ts'

/** A full build takes about four minutes on two cores, and some machines have slower ones. */
const patienceSeconds = 40 * 60
/** The owner creates the file first and writes its number a moment later. */
const emptyForMs = 5_000

/** Runs `work` while nobody else holds the lock file, and says once that it waits. */
export async function withLock<Result>(
  file: string,
  work: () => Promise<Result>,
  waiting: () => void,
): Promise<Result> {
  await mkdir(dirname(file), { recursive: true })
  let told = false
  await waitUntil(
    `the lock ${file}`,
    async () => {
      if (await isTaken(file)) return true
      if (await isAbandoned(file)) await removeAbandoned(file)
      if (!told) waiting()
      told = true
      return undefined
    },
    { seconds: patienceSeconds, everyMs: 250 },
  )
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function isTaken(file: string): Promise<boolean> {
  try {
    await writeFile(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(file, 'utf8'))
    if (owner > 0) return !isAlive(owner)
    return Date.now() - (await stat(file)).mtimeMs > emptyForMs
  } catch (error) {
    // The owner has just removed it.
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}

/**
 * One of those that wait removes it, behind a lock of its own: were two to judge at a time, the slower one would
 * remove the lock of a third that had taken it meanwhile.
 */
async function removeAbandoned(file: string): Promise<void> {
  const judging = `${file}.judging`
  if (!(await isTaken(judging))) {
    if (await isAbandoned(judging)) await rm(judging, { force: true })
    return
  }
  try {
    if (await isAbandoned(file)) await rm(file, { force: true })
  } finally {
    await rm(judging, { force: true })
  }
}

/** Whether a process of this number runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM')
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
