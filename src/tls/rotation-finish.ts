/** The end of a change of certificates: what must be seen before the old CA goes, and that it goes. */
import type { Certificates } from './pem.ts'
import type { Registration, RotationState, RotationStep, SecretText } from './rotation-step.ts'
import { type Ca, hasKey, slotOf, textOf } from './rotation-material.ts'

/** Every pod must be seen to serve the leaf: no timer stands in for that (reference/tls.md 8). */
export function awaitPods(serial: string, { pods, replicas }: RotationState): RotationStep | undefined {
  const stale = pods.filter((pod) => pod.serial !== serial).map(({ name }) => name)
  const missing = Math.max(0, replicas - pods.length)
  return stale.length + missing === 0 ? undefined : { kind: 'wait-for-pods', serial, stale, missing }
}

/** Calls must be seen to work with each bundle that API servers use. */
export function verifyService(
  serial: string,
  { pods, registrations, service }: RotationState,
): RotationStep | undefined {
  const caBundles = [...new Set(registrations.map(({ caBundle }) => caBundle))]
  // Nobody would answer, or nobody calls.
  if (pods.length === 0 || caBundles.length === 0) return undefined
  const isProven = service?.serial === serial && caBundles.every((bundle) => service.caBundles.includes(bundle))
  return isProven ? undefined : { kind: 'verify-service', serial, caBundles }
}

/** Drops every CA but `ca`. The CA Secret first: the bundle would grow again for what still stands there. */
export function finishChange(
  ca: Ca,
  caSecret: SecretText | undefined,
  published: readonly (Registration & Certificates)[],
): RotationStep | undefined {
  if (hasKey(caSecret, 'next') || textOf(caSecret, 'previous.crt') !== '') {
    return { kind: 'write-ca-secret', data: slotOf(ca) }
  }
  const writes = published
    .filter(({ certificates }) => !certificates.every((certificate) => certificate.raw.equals(ca.certificate.raw)))
    .map(({ id }) => ({ id, caBundle: ca.pair.cert }))
  return writes.length === 0 ? undefined : { kind: 'write-bundles', drop: true, writes }
}
