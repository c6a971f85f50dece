/** The source `cluster`: namespaces listed and watched, a live read on a miss, a snapshot for restarts. */
import { createNamespaceIndex } from '../tenancy/namespace-index.ts'
import { labelOf, type TenancySettings } from '../tenancy/tenancy.ts'
import { createApiClient, type ApiServer } from './api-client.ts'
import { ApiError } from './api-error.ts'
import { systemClock, type Clock } from './clock.ts'
import { defaultLimits, type ClusterLimits } from './limits.ts'
import { createLiveReads, type NamespaceReadRecorder, type ReadAnswer } from './live-reads.ts'
import { createWarningLog, type Log } from './log.ts'
import { createNamespaceFacts } from './namespace-facts.ts'
import { readNamespaceObject, type NamespaceFact } from './namespace-object.ts'
import { createNamespaceReflector } from './namespace-reflector.ts'
import type { NamespaceSource } from './namespace-source.ts'
import { readSnapshot, writeSnapshot } from './snapshot.ts'
import { createSnapshotWriter } from './snapshot-writer.ts'

export interface ClusterNamespacesOptions {
  readonly settings: TenancySettings
  readonly server: ApiServer
  /** Path of the snapshot file; without it a restart waits for the API server. */
  readonly snapshot?: string | undefined
  readonly maxSnapshotAgeMs: number
  readonly log: Log
  readonly recorder: NamespaceReadRecorder
  readonly limits?: Partial<ClusterLimits>
  readonly clock?: Clock
  readonly random?: () => number
}

// A clock that was set back makes a snapshot look fresh for as long as it was ahead; its age is not known then.
const maxClockSkewMs = 60_000

/** Creates the source; nothing is read before it is started. */
export function createClusterNamespaces(options: ClusterNamespacesOptions): NamespaceSource {
  const { server, snapshot, maxSnapshotAgeMs, log, clock = systemClock, random = Math.random } = options
  const limits = { ...defaultLimits, ...options.limits }
  const warnings = createWarningLog(log, clock)
  const client = createApiClient(server, clock)
  let settings = options.settings
  let source: 'list' | 'snapshot' | 'none' = 'none'
  let agreedAt = -Infinity
  let connected = false
  let lastError: string | undefined
  let lossLogged = false
  let stopping: Promise<void> | undefined

  const index = createNamespaceIndex(
    settings,
    () => source === 'list' || (source === 'snapshot' && clock.now() - agreedAt <= maxSnapshotAgeMs),
  )
  const reads = createLiveReads(
    readLive,
    { concurrent: limits.concurrentReads, queued: limits.queuedReads, restMs: limits.restMs },
    clock,
    options.recorder,
  )
  const facts = createNamespaceFacts(index, (name) => {
    reads.forget(name)
    snapshots?.changed()
  })
  const snapshots =
    snapshot === undefined ? undefined : createSnapshotWriter(() => save(snapshot), limits, clock, warnings)
  const reflector = createNamespaceReflector(client, limits, clock, random, {
    listed(list, askedAt) {
      facts.list(list)
      source = 'list'
      agreedAt = askedAt
      log.info({ namespaces: index.size }, 'Listed namespaces')
      snapshots?.changed()
    },
    event(event) {
      facts.event(event)
      agreedAt = clock.now()
      snapshots?.agreed()
    },
    connected() {
      connected = true
      lastError = undefined
      // A connection that comes and goes is told of as often as its loss was.
      if (lossLogged) log.info({}, 'Watched namespaces again')
      lossLogged = false
    },
    disconnected(error, retryInMs) {
      connected = false
      // A version too old to resume from is nothing unusual when a list follows at once.
      if (error === undefined || (error.fault === 'gone' && retryInMs === 0)) return
      lastError = error.message
      const { status, code } = error.details
      const fields = { error: error.message, status, code, retryInSeconds: Math.ceil(retryInMs / 1000) }
      lossLogged = warnings.warn(error.fault, fields, 'Lost sight of namespaces') || lossLogged
    },
  })

  return {
    apexes: index.apexes,
    get: (name) => index.get(name),
    refresh: (name, deadline) => reads.refresh(name, deadline),
    configure(changed) {
      settings = changed
      index.configure(changed)
    },
    async start() {
      if (snapshot !== undefined) await load(snapshot)
      if (stopping === undefined) reflector.start()
    },
    stop() {
      stopping ??= stop()
      return stopping
    },
    status: () => ({
      ready: source !== 'none',
      source,
      ageSeconds: Math.max(0, clock.now() - agreedAt) / 1000,
      namespaces: index.size,
      sharedApexes: index.sharedApexes,
      connected,
      ...(lastError === undefined ? {} : { lastError }),
    }),
  }

  async function stop(): Promise<void> {
    reads.stop()
    const ended = reflector.stop()
    client.close()
    await ended
    connected = false
    await snapshots?.stop()
  }

  async function readLive(name: string): Promise<ReadAnswer> {
    const question = facts.ask(name)
    let fact: NamespaceFact | undefined
    try {
      fact = await fetchNamespace(name)
    } catch (error) {
      facts.drop(question)
      throw error
    }
    const taken = facts.answer(question, fact)
    if (taken && source === 'list') snapshots?.changed()
    const hasHost = fact !== undefined && labelOf(fact.namespace, settings.hostLabel) !== undefined
    return { found: fact !== undefined, conclusive: taken && !hasHost }
  }

  async function fetchNamespace(name: string): Promise<NamespaceFact | undefined> {
    let object: unknown
    try {
      object = await client.getJson(`/api/v1/namespaces/${name}`, 'PartialObjectMetadata', limits.readMs)
    } catch (error) {
      if (error instanceof ApiError && error.fault === 'not-found') return undefined
      throw error
    }
    const fact = readNamespaceObject(object, '', [])
    if (fact?.namespace.name !== name) throw new ApiError('malformed')
    return fact
  }

  async function load(file: string): Promise<void> {
    const found = await readSnapshot(file)
    if (found === 'absent') return
    if (typeof found === 'string') {
      log.warn({ cause: found, file }, 'Ignored the snapshot of namespaces')
      return
    }
    const age = clock.date() - found.agreedAt
    index.replaceAll(found.namespaces)
    source = 'snapshot'
    agreedAt = age < -maxClockSkewMs ? -Infinity : clock.now() - Math.max(0, age)
    log.info({ namespaces: index.size, ageSeconds: Math.round(age / 1000) }, 'Loaded the snapshot of namespaces')
  }

  async function save(file: string): Promise<void> {
    const age = clock.now() - agreedAt
    await writeSnapshot(file, clock.date() - age, index.all())
  }
}
