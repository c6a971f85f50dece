/** The file that lets a restart know the namespaces without an API server. */
import { open, readFile, rename, rm } from 'node:fs/promises'
import type { Namespace } from '../tenancy/tenancy.ts'
import { readLabels, type ObjectFault } from './namespace-object.ts'
import { isObject, own } from './own.ts'

/** All namespaces as they were when the API server was last heard. */
export interface Snapshot {
  /** Milliseconds since 1970. */
  readonly agreedAt: number
  readonly namespaces: readonly Namespace[]
}

// Anything else in this place was not written by us, or by a version whose facts may mean something else.
const format = 'gatehouse.dev/namespaces/v1'

const namespacesPerWrite = 500

/** Why a snapshot was not read. */
export type SnapshotFault = 'absent' | 'unreadable' | 'alien'

/** Reads a snapshot, or says why not. One bad entry spoils it all: half a snapshot would look complete. */
export async function readSnapshot(file: string): Promise<Snapshot | SnapshotFault> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'absent' : 'unreadable'
  }
  const agreedAt = Date.parse(String(own(content, 'agreedAt')))
  const entries = own(content, 'namespaces')
  if (own(content, 'format') !== format || Number.isNaN(agreedAt) || !isObject(entries)) return 'alien'
  const namespaces: Namespace[] = []
  for (const [name, entry] of Object.entries(entries)) {
    const namespace = readEntry(name, entry)
    if (namespace === undefined) return 'alien'
    namespaces.push(namespace)
  }
  return { agreedAt, namespaces }
}

function readEntry(name: string, entry: unknown): Namespace | undefined {
  const faults: ObjectFault[] = []
  const labels = readLabels(own(entry, 'labels'), '', faults)
  const terminating = own(entry, 'terminating')
  if (faults.length > 0 || typeof terminating !== 'boolean') return undefined
  return { name, labels, terminating }
}

/**
 * Writes a snapshot so that a reader finds the old one or the new one, whenever the machine stops. It goes out
 * in small pieces: to turn 100,000 namespaces into one text would keep every review waiting.
 */
export async function writeSnapshot(file: string, agreedAt: number, namespaces: Iterable<Namespace>): Promise<void> {
  const temporary = `${file}.tmp`
  try {
    const handle = await open(temporary, 'w', 0o600)
    try {
      await handle.writeFile(render(agreedAt, namespaces))
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
}

function* render(agreedAt: number, namespaces: Iterable<Namespace>): Generator<string> {
  const head = JSON.stringify({ format, agreedAt: new Date(agreedAt).toISOString() }).slice(0, -1)
  let piece = `${head},"namespaces":{`
  let count = 0
  for (const { name, labels, terminating } of namespaces) {
    piece += `${count === 0 ? '' : ','}\n${JSON.stringify(name)}:${JSON.stringify({ labels, terminating })}`
    count++
    if (count % namespacesPerWrite !== 0) continue
    yield piece
    piece = ''
  }
  yield `${piece}\n}}\n`
}
