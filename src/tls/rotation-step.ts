/** What a rotation is told, and the steps that it answers with. */
import type { IssuedCertificate } from './issue.ts'

/** The data of a Secret, decoded from base64 to text. */
export type SecretText = Readonly<Record<string, string>>

/** One webhook of a configuration, and what the API server trusts when it calls it. */
export interface Registration {
  /** Names the webhook to the caller: it comes back in {@link BundleWrite}. */
  readonly id: string
  /** PEM, decoded from base64; empty where there is none. */
  readonly caBundle: string
  /** When this process first read this `caBundle` there: other API servers hear of a change a moment later. */
  readonly since: Date
}

/** A pod that may be called: anything the selector finds that has not ended. */
export interface ServingPod {
  readonly name: string
  /** Of the certificate that a handshake with the pod showed, as `X509Certificate.serialNumber`; absent: no handshake. */
  readonly serial?: string | undefined
}

/** The last handshake through the Service that succeeded under the name that API servers use. */
export interface ServiceProof {
  readonly serial: string
  /** Every bundle that this certificate was verified with, as it stood in a registration. */
  readonly caBundles: readonly string[]
}

/** What there is. A read that failed is no absence: do not ask for a plan then. */
export interface RotationState {
  /** `tls.crt`, `tls.key`; during a change also `next.crt`, `next.key`, `previous.crt`. Undefined: no such Secret. */
  readonly caSecret: SecretText | undefined
  /** `tls.crt`, `tls.key`, `ca.crt`. Undefined: no such Secret. */
  readonly tlsSecret: SecretText | undefined
  /** Every webhook of both configurations; empty while there are none. */
  readonly registrations: readonly Registration[]
  readonly pods: readonly ServingPod[]
  /** How many pods there should be. */
  readonly replicas: number
  readonly service: ServiceProof | undefined
  readonly now: Date
}

export interface RotationSettings {
  /** DNS names and IP addresses of the leaf; the first is the one that API servers call. */
  readonly names: readonly string[]
  readonly leafLifetimeMs: number
  /** At least three times `leafLifetimeMs`, so that a full leaf life is left at two thirds of it. */
  readonly caLifetimeMs: number
  /** How long a published bundle must have been seen before a leaf rests on it; 10 s where absent. */
  readonly settleMs?: number
}

export type Cause = 'missing' | 'broken' | 'expired' | 'due' | 'names' | 'issuer'

export interface BundleWrite {
  readonly id: string
  /** PEM, never empty. */
  readonly caBundle: string
}

/**
 * The next step. The first four are written with {@link prepareWrite}, each on the condition that the object is
 * still the one that was read (resourceVersion); the others are waited for.
 */
export type RotationStep =
  /** Make a CA: at once where none can sign, else beside the present one. */
  | {
      readonly kind: 'create-ca'
      readonly cause: Cause
      readonly slot: 'tls' | 'next'
      /** Data of the CA Secret that stays. */
      readonly keep: SecretText
    }
  /** Write the CA Secret: a change is over, or a broken half goes. */
  | { readonly kind: 'write-ca-secret'; readonly data: SecretText }
  /** Publish: `drop` is the last step of a change, all other writes only add. */
  | { readonly kind: 'write-bundles'; readonly drop: boolean; readonly writes: readonly BundleWrite[] }
  | {
      readonly kind: 'issue-leaf'
      readonly cause: Cause
      readonly issuer: IssuedCertificate
      /** Never later than that of its issuer. */
      readonly notAfter: Date
    }
  | { readonly kind: 'wait-for-registrations'; readonly until: Date }
  | {
      readonly kind: 'wait-for-pods'
      readonly serial: string
      /** Names of pods that serve something else, or nothing. */
      readonly stale: readonly string[]
      /** Pods that should be there and are not. */
      readonly missing: number
    }
  /** Dial the Service and verify with each of the bundles; then report it as {@link ServiceProof}. */
  | { readonly kind: 'verify-service'; readonly serial: string; readonly caBundles: readonly string[] }
