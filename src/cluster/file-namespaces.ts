/** The source `file`: a complete list of namespaces, of any age; for demos, tests and work without a cluster. */
import { readFile, stat } from 'node:fs/promises'
import { createNamespaceIndex } from '../tenancy/namespace-index.ts'
import type { TenancySettings } from '../tenancy/tenancy.ts'
import { toApiError } from './api-error.ts'
import { systemClock, type Clock } from './clock.ts'
import { createWarningLog, type Log } from './log.ts'
import type { NamespaceSource } from './namespace-source.ts'
import { readNamespacesText } from './namespaces-file.ts'

export interface FileNamespacesOptions {
  readonly path: string
  readonly settings: TenancySettings
  readonly log: Log
  readonly clock?: Clock
}

/** A file that cannot be used, with everything that is wrong with it. */
export class NamespacesFileError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.name = 'NamespacesFileError'
    this.faults = faults
  }
}

// People edit this file by hand; looking at its time costs nothing, and works on every file system.
const pollMs = 2_000

/**
 * Creates the source. `start` rejects with a {@link NamespacesFileError} if the file cannot be used; later,
 * a file that cannot be used leaves the last good list in force.
 */
export function createFileNamespaces({
  path,
  settings,
  log,
  clock = systemClock,
}: FileNamespacesOptions): NamespaceSource {
  const warnings = createWarningLog(log, clock)
  let loaded = false
  let version = ''
  // A version with faults: told once, not read over and over.
  let refused = ''
  let agreedAt = -Infinity
  let lastError: string | undefined
  let cancel = (): void => undefined
  let stopped = false
  const index = createNamespaceIndex(settings, () => loaded)

  return {
    apexes: index.apexes,
    get: (name) => index.get(name),
    refresh: () => undefined,
    configure: (changed) => index.configure(changed),
    async start() {
      await load()
      schedule()
    },
    async stop() {
      stopped = true
      cancel()
    },
    status: () => ({
      ready: loaded,
      source: loaded ? 'list' : 'none',
      ageSeconds: (clock.now() - agreedAt) / 1000,
      namespaces: index.size,
      sharedApexes: index.sharedApexes,
      connected: loaded && lastError === undefined,
      ...(lastError === undefined ? {} : { lastError }),
    }),
  }

  function schedule(): void {
    if (!stopped) cancel = clock.after(pollMs, () => void poll().then(schedule))
  }

  async function poll(): Promise<void> {
    try {
      if (!(await load())) return
      log.info({ namespaces: index.size }, 'Read the file of namespaces again')
    } catch (error) {
      lastError = 'the file of namespaces cannot be used'
      const faults = error instanceof NamespacesFileError ? error.faults.slice(0, 20) : []
      warnings.warn('file', { path, faults }, 'Kept the last good file of namespaces')
    }
  }

  /** Whether there was anything new to read. */
  async function load(): Promise<boolean> {
    // Taken before the text: a change in between is read once more.
    const latest = await versionOf(path)
    if (latest === refused) return false
    if (latest !== version) {
      refused = latest
      const { namespaces, faults } = readNamespacesText(await readText(path), path)
      if (faults.length > 0) throw new NamespacesFileError(faults)
      index.replaceAll(namespaces)
      refused = ''
    }
    const isNew = latest !== version
    version = latest
    loaded = true
    agreedAt = clock.now()
    if (lastError !== undefined) warnings.reset()
    lastError = undefined
    return isNew
  }
}

async function versionOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path).catch((error: unknown) => unreadable(path, error))
  return `${ino} ${size} ${mtimeMs}`
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => unreadable(path, error))
}

function unreadable(path: string, error: unknown): never {
  throw new NamespacesFileError([`${path}: cannot be read: ${toApiError(error, 'broken').details.code ?? 'unknown'}`])
}
