/** Leases (coordination.k8s.io/v1): get, create, update. */
import type { LeaseRecord, LeaseStore, StoredLease } from '../reconcile/ports.ts'
import type { KubeClient } from './kube-client.ts'
import { isConflict, isNotFound, KubeError } from './kube-error.ts'
import { own } from './own.ts'

/** The Lease of this name. */
export function createLeaseStore(client: KubeClient, namespace: string, name: string): LeaseStore {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  return {
    async read(signal) {
      try {
        return readLease(await client.send({ method: 'GET', path: `${path}/${name}`, signal }))
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    create: (lease, signal) => write(() => client.send({ method: 'POST', path, body: describe(lease), signal })),
    replace: (read, lease, signal) =>
      write(() =>
        client.send({
          method: 'PUT',
          path: `${path}/${name}`,
          body: describe(lease, read.resourceVersion),
          signal,
        }),
      ),
  }

  function describe(lease: LeaseRecord, resourceVersion?: string) {
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      spec: {
        holderIdentity: lease.holder,
        leaseDurationSeconds: lease.durationSeconds,
        acquireTime: microTime(lease.acquiredAt),
        renewTime: microTime(lease.renewedAt),
        leaseTransitions: lease.transitions,
      },
    }
  }
}

async function write(send: () => Promise<unknown>): Promise<StoredLease | undefined> {
  try {
    return readLease(await send())
  } catch (error) {
    if (isConflict(error)) return undefined
    throw error
  }
}

function readLease(object: unknown): StoredLease {
  const resourceVersion = own(own(object, 'metadata'), 'resourceVersion')
  if (typeof resourceVersion !== 'string') throw new KubeError('Lease', { status: 0, reason: 'unreadable', text: '' })
  const spec = own(object, 'spec')
  return {
    resourceVersion,
    holder: textOf(own(spec, 'holderIdentity')),
    // Without one nobody promised anything.
    durationSeconds: numberOf(own(spec, 'leaseDurationSeconds')),
    acquiredAt: dateOf(own(spec, 'acquireTime')),
    renewedAt: dateOf(own(spec, 'renewTime')),
    transitions: numberOf(own(spec, 'leaseTransitions')),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0
}

function dateOf(value: unknown): number {
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? 0 : date
}

/** MicroTime takes six digits behind the point, and no fewer. */
function microTime(date: number): string {
  return new Date(date).toISOString().replace('Z', '000Z')
}
