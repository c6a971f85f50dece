import type { LeaseRecord, LeaseStore, StoredLease } from '../../src/reconcile/ports.ts'

/** A Lease in memory, with the API server's rules about versions. */
export interface FakeLeases {
  /** What every process is handed. */
  readonly store: LeaseStore
  /** As it stands. */
  current(): StoredLease | undefined
  /** Every request fails from now on, or none. */
  fail(isFailing: boolean): void
  /** No request is answered from now on, until it is given up. */
  hang(isHanging: boolean): void
}

export function createFakeLeases(first?: LeaseRecord): FakeLeases {
  let version = 1
  let lease: StoredLease | undefined = first === undefined ? undefined : { ...first, resourceVersion: '0' }
  let failing = false
  let hanging = false

  async function answer<Found>(signal: AbortSignal, find: () => Found): Promise<Found> {
    await Promise.resolve()
    if (hanging) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
    if (failing) throw new Error('503')
    signal.throwIfAborted()
    return find()
  }
  function write(record: LeaseRecord): StoredLease {
    lease = { ...record, resourceVersion: String(version++) }
    return lease
  }

  return {
    current: () => lease,
    fail: (isFailing) => void (failing = isFailing),
    hang: (isHanging) => void (hanging = isHanging),
    store: {
      read: (signal) => answer(signal, () => lease),
      create: (record, signal) => answer(signal, () => (lease === undefined ? write(record) : undefined)),
      replace: (read, record, signal) =>
        answer(signal, () => (lease?.resourceVersion === read.resourceVersion ? write(record) : undefined)),
    },
  }
}
