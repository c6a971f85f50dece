/** Steps of a rotation for logs, Events and `--dry-run`. No certificate and no key is in them. */
import type { Cause, RotationStep } from '../tls/rotation-step.ts'

const causes: Readonly<Record<Cause, string>> = {
  missing: 'there is none',
  broken: 'the present one cannot be used',
  expired: 'the present one has expired',
  due: 'two thirds of its life are over',
  names: 'the present one lacks names',
  issuer: 'the present one was signed by another CA',
}

export function describeStep(step: RotationStep): string {
  switch (step.kind) {
    case 'create-ca':
      return step.slot === 'next'
        ? `Make the next CA beside the present one (${causes[step.cause]})`
        : `Make a CA (${causes[step.cause]})`
    case 'write-ca-secret':
      return 'Write the Secret of the CA: a change is over'
    case 'write-bundles':
      return `${step.drop ? 'Drop the old CA from' : 'Publish the CA in'} the caBundle of ${countWebhooks(step.writes.length)}`
    case 'issue-leaf':
      return `Issue a serving certificate (${causes[step.cause]})`
    case 'wait-for-registrations':
      return 'Wait until every API server trusts the published CA'
    case 'wait-for-pods':
      return `Wait for ${step.stale.length + step.missing} pods to serve the new certificate`
    case 'verify-service':
      return 'Verify what the Service shows'
  }
}

/** {@link describeStep} once it is done. */
export function describeDone(step: RotationStep): string {
  return describeStep(step).replace(/^\w+/, (verb) => pastTenses.get(verb) ?? verb)
}

const pastTenses = new Map([
  ['Make', 'Made'],
  ['Write', 'Wrote'],
  ['Publish', 'Published'],
  ['Drop', 'Dropped'],
  ['Issue', 'Issued'],
])

/** In CamelCase, as Events have it. */
export function reasonOf(step: RotationStep): string {
  switch (step.kind) {
    case 'create-ca':
      return 'CreatedCA'
    case 'write-ca-secret':
      return 'UpdatedCA'
    case 'write-bundles':
      return step.drop ? 'DroppedCA' : 'PublishedCA'
    case 'issue-leaf':
      return 'IssuedCertificate'
    case 'wait-for-registrations':
    case 'wait-for-pods':
    case 'verify-service':
      return 'Waiting'
  }
}

function countWebhooks(count: number): string {
  return count === 1 ? 'one webhook' : `${count} webhooks`
}
