import type { NamespaceGetter } from '../admission/ports.ts'
import type { TenancySettings } from '../tenancy/tenancy.ts'

/** Where the facts about namespaces come from: a `NamespaceGetter` with a life of its own. */
export interface NamespaceSource extends NamespaceGetter {
  /** Takes other label keys into use. */
  configure(settings: TenancySettings): void
  /** Resolves when what is at hand without the API server is loaded. */
  start(): Promise<void>
  /** Ends timers, connections and files; nothing changes afterwards. */
  stop(): Promise<void>
  status(): NamespaceStatus
}

/** For `/readyz` and the metrics. */
export interface NamespaceStatus {
  /** A complete list or a snapshot is loaded, however old. */
  readonly ready: boolean
  readonly source: 'list' | 'snapshot' | 'none'
  /** Since the facts were last known to agree with their source; infinite where that moment is not known. */
  readonly ageSeconds: number
  readonly namespaces: number
  readonly sharedApexes: number
  /** Whether changes are heard of at this moment. */
  readonly connected: boolean
  /** A fixed text; absent while all is well. */
  readonly lastError?: string
}
