import type { TestContext } from 'node:test'
import type { ClusterLimits } from '../../src/cluster/limits.ts'
import type { ReadResult } from '../../src/cluster/live-reads.ts'
import type { NamespaceSource } from '../../src/cluster/namespace-source.ts'
import { createClusterNamespaces, type ClusterNamespacesOptions } from '../../src/cluster/namespaces.ts'
import type { TenancySettings } from '../../src/tenancy/tenancy.ts'
import { startFakeApiServer, type FakeApiServer, type FakeApiServerOptions } from './fake-api-server.ts'

export const settings: TenancySettings = { namespacePrefix: 'tenant-', hostLabel: 'host' }

export interface LogLine {
  readonly level: 'info' | 'warn'
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A source and the API server that it talks to, with what it logged and counted. */
export interface ClusterUnderTest {
  readonly api: FakeApiServer
  readonly source: NamespaceSource
  readonly lines: LogLine[]
  readonly results: ReadResult[]
}

// The machine's time runs in most tests; what is waited for there is over at once.
const quick: Partial<ClusterLimits> = { backoffMs: 1, maxBackoffMs: 4 }

/** Makes a source that is not yet started; it and its server end with the test. */
export async function createClusterUnderTest(
  t: TestContext,
  options: Partial<ClusterNamespacesOptions> = {},
  serverOptions: FakeApiServerOptions = {},
): Promise<ClusterUnderTest> {
  const api = await startFakeApiServer(serverOptions)
  const lines: LogLine[] = []
  const results: ReadResult[] = []
  const source = createClusterNamespaces({
    settings,
    server: { url: api.url },
    maxSnapshotAgeMs: 3_600_000,
    log: {
      info: (fields, message) => lines.push({ level: 'info', message, fields: { ...fields } }),
      warn: (fields, message) => lines.push({ level: 'warn', message, fields: { ...fields } }),
    },
    recorder: { read: (result) => results.push(result) },
    random: () => 1,
    ...options,
    limits: { ...(options.clock === undefined ? quick : {}), ...options.limits },
  })
  t.after(async () => {
    await source.stop()
    await api.close()
  })
  return { api, source, lines, results }
}
