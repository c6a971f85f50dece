import { isIP } from 'node:net'
import { type IssuedCertificate, issueCertificate, nameCa } from './issue.ts'
import type { BundleWrite, RotationSettings, RotationStep, SecretText } from './rotation-step.ts'

/** What a step writes. `data` is complete: other keys of that Secret go. */
export type RotationWrite =
  | { readonly target: 'ca-secret' | 'tls-secret'; readonly data: SecretText }
  | { readonly target: 'registrations'; readonly writes: readonly BundleWrite[] }

/** Makes the keys and certificates of a step; undefined where the step is one to wait for. */
export async function prepareWrite(
  step: RotationStep,
  settings: RotationSettings,
  now: Date,
): Promise<RotationWrite | undefined> {
  switch (step.kind) {
    case 'create-ca': {
      const { cert, key } = await issueCa(settings, now)
      const data = { ...step.keep, [`${step.slot}.crt`]: cert, [`${step.slot}.key`]: key }
      return { target: 'ca-secret', data }
    }
    case 'write-ca-secret':
      return { target: 'ca-secret', data: step.data }
    case 'write-bundles':
      return { target: 'registrations', writes: step.writes }
    case 'issue-leaf': {
      const { cert, key } = await issueLeaf(step.issuer, step.notAfter, settings, now)
      return { target: 'tls-secret', data: { 'tls.crt': cert, 'tls.key': key, 'ca.crt': step.issuer.cert } }
    }
    case 'wait-for-registrations':
    case 'wait-for-pods':
    case 'verify-service':
      return undefined
  }
}

function issueCa({ caLifetimeMs }: RotationSettings, now: Date): Promise<IssuedCertificate> {
  return issueCertificate({ commonName: nameCa(now), ca: true, lifetimeMs: caLifetimeMs, now })
}

function issueLeaf(
  issuer: IssuedCertificate,
  notAfter: Date,
  { names }: RotationSettings,
  now: Date,
): Promise<IssuedCertificate> {
  return issueCertificate({
    commonName: 'Gatehouse',
    dnsNames: names.filter((name) => isIP(name) === 0),
    ipAddresses: names.filter((name) => isIP(name) > 0),
    issuer,
    lifetimeMs: notAfter.getTime() - now.getTime(),
    now,
  })
}
