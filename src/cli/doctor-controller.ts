import type { LeaseStore } from '../reconcile/ports.ts'
import { isForbidden } from '../cluster/kube-error.ts'
import { ok, untried, wrong, type Finding } from './doctor-finding.ts'

/** Clocks of a laptop and a cluster differ; a leader that is gone is gone for longer than this. */
const staleMs = 120_000

/** Whether a controller is at work, as its Lease tells. */
export async function examineController(
  leases: LeaseStore,
  name: string,
  now: Date,
  signal: AbortSignal,
): Promise<Finding> {
  const remedy = 'Look at the pods of the controller and their logs'
  try {
    const lease = await leases.read(signal)
    if (lease === undefined) return wrong('controller', `There is no Lease ${name}: no controller ever led`, remedy)
    if (lease.holder === '') return wrong('controller', `Nobody holds the Lease ${name}`, remedy)
    const ageMs = now.getTime() - lease.renewedAt
    if (ageMs > staleMs) {
      const text = `${lease.holder} holds the Lease ${name} and has not renewed it for ${Math.round(ageMs / 1000)} s`
      return wrong('controller', text, remedy)
    }
    return ok('controller', `${lease.holder} leads`)
  } catch (error) {
    if (isForbidden(error)) {
      return untried('controller', `The Lease ${name} may not be read by you`, 'Call doctor as somebody who may')
    }
    throw error
  }
}
