/**
 * Leads while it holds a Lease, one of several replicas at a time, in the way of client-go's leader election: clocks of
 * different machines are never compared. A holder not seen to renew for the length of its Lease, on the clock of whoever
 * watches, is gone. The holder itself stops earlier, when it could not renew for `renewMs`.
 */
import { type Lead, LeadLostError } from './lead.ts'
import { pause } from './pause.ts'
import type { Clock, LeaseRecord, LeaseStore, Log, StoredLease } from './ports.ts'

export interface ElectorOptions {
  readonly store: LeaseStore
  /** Ours alone: of two processes with one name both would lead. */
  readonly identity: string
  readonly durationMs: number
  readonly renewMs: number
  readonly retryMs: number
  readonly clock: Clock
  readonly log: Log
}

export interface Elector {
  /**
   * Takes the Lease whenever it is free and calls `lead`; when it is lost, waits until `lead` has ended and stands by
   * again. Resolves when the signal has ended and the Lease is released.
   */
  run(signal: AbortSignal, lead: (lead: Lead) => Promise<void>): Promise<void>
  /** Like {@link Elector.run}, but once, and gives up where somebody else is seen to hold the Lease: false then. */
  runOnce(signal: AbortSignal, lead: (lead: Lead) => Promise<void>): Promise<boolean>
  isLeading(): boolean
  /** Whether the API server has answered once. */
  hasAnswered(): boolean
}

const complainAgainMs = 60_000

export function createElector(options: ElectorOptions): Elector {
  const { store, identity, durationMs, renewMs, retryMs, clock, log } = options
  const durationSeconds = Math.max(1, Math.ceil(durationMs / 1000))
  let held: StoredLease | undefined
  let seen: { readonly version: string; readonly at: number } | undefined
  let renewedAt = -Infinity
  let leading = false
  let answered = false
  let complained: { readonly error: string; readonly at: number } | undefined

  return {
    isLeading: () => leading,
    hasAnswered: () => answered,
    async run(signal, lead) {
      while (!signal.aborted) {
        if (await attempt(signal)) await holdAndLead(signal, lead)
        else await pause(clock, retryMs, signal)
      }
    },
    async runOnce(signal, lead) {
      while (!(await take(signal))) {
        const version = seen?.version
        await pause(clock, retryMs, signal)
        // Who lives has renewed by now. A Lease that stands still is taken when its time is over.
        if (signal.aborted || !(await isUnchanged(version, signal))) return false
      }
      await holdAndLead(signal, lead)
      return true
    },
  }

  async function holdAndLead(signal: AbortSignal, lead: (lead: Lead) => Promise<void>): Promise<void> {
    const lost = new AbortController()
    const both = AbortSignal.any([signal, lost.signal])
    leading = true
    log.info({ identity }, 'Became leader')
    const renewing = renew(both, lost)
    try {
      await lead({ signal: both, assertLeading })
    } finally {
      const wasLost = lost.signal.aborted
      leading = false
      lost.abort()
      await renewing
      if (wasLost) log.warn({ identity }, 'Lost the lead')
      else await release()
    }
  }

  function assertLeading(): void {
    if (!leading || clock.now() - renewedAt >= renewMs) throw new LeadLostError()
  }

  async function renew(signal: AbortSignal, lost: AbortController): Promise<void> {
    // Separate from the attempts, so that one which hangs cannot keep the lead.
    let cancel = watch()
    while (!signal.aborted) {
      await pause(clock, retryMs, signal)
      if (signal.aborted) break
      if (await attempt(signal)) {
        cancel()
        cancel = watch()
      } else if (held === undefined) lose()
    }
    cancel()

    function watch(): () => void {
      return clock.after(Math.max(0, renewedAt + renewMs - clock.now()), lose)
    }
    function lose(): void {
      leading = false
      lost.abort()
    }
  }

  /** {@link take}, where an error is only one attempt that failed. */
  async function attempt(signal: AbortSignal): Promise<boolean> {
    try {
      const isOurs = await take(signal)
      complained = undefined
      return isOurs
    } catch (error) {
      if (!signal.aborted) complain(error instanceof Error ? error.message : String(error))
      return false
    }
  }

  /** Once a minute: an outage repeats itself with every attempt. */
  function complain(error: string): void {
    if (complained?.error === error && clock.now() - complained.at < complainAgainMs) return
    complained = { error, at: clock.now() }
    log.warn({ error }, 'Failed to use the Lease')
  }

  /** Takes or renews the Lease. False: it is another's. */
  async function take(signal: AbortSignal): Promise<boolean> {
    const askedAt = clock.now()
    const found = await store.read(signal)
    answered = true
    if (found === undefined) return keep(await store.create(record(undefined), signal), askedAt)
    if (seen?.version !== found.resourceVersion) seen = { version: found.resourceVersion, at: clock.now() }
    const isFree =
      found.holder === '' || found.holder === identity || clock.now() - seen.at >= found.durationSeconds * 1000
    if (!isFree) {
      held = undefined
      return false
    }
    return keep(await store.replace(found, record(found), signal), askedAt)
  }

  function keep(stored: StoredLease | undefined, askedAt: number): boolean {
    if (stored === undefined) return false
    held = stored
    seen = { version: stored.resourceVersion, at: clock.now() }
    // When it was asked, not when it was answered: others count from no earlier than that.
    renewedAt = askedAt
    return true
  }

  function record(before: LeaseRecord | undefined): LeaseRecord {
    const at = clock.date()
    const isOurs = before?.holder === identity
    return {
      holder: identity,
      durationSeconds,
      acquiredAt: isOurs ? before.acquiredAt : at,
      renewedAt: at,
      transitions: (before?.transitions ?? 0) + (before === undefined || isOurs ? 0 : 1),
    }
  }

  async function isUnchanged(version: string | undefined, signal: AbortSignal): Promise<boolean> {
    return (await store.read(signal))?.resourceVersion === version
  }

  /** Lets the next one begin at once. Nothing is lost where it fails but the length of the Lease. */
  async function release(): Promise<void> {
    if (held === undefined) return
    const bounded = new AbortController()
    const cancel = clock.after(renewMs, () => bounded.abort())
    try {
      // Read anew: a renewal that was cut short may have arrived all the same.
      const found = await store.read(bounded.signal)
      if (found?.holder !== identity) return
      const released = { ...found, holder: '', durationSeconds: 1, renewedAt: clock.date() }
      if ((await store.replace(found, released, bounded.signal)) === undefined) return
      log.info({ identity }, 'Released the Lease')
    } catch (error) {
      log.warn({ error: error instanceof Error ? error.message : '' }, 'Failed to release the Lease')
    } finally {
      held = undefined
      cancel()
    }
  }
}
