/** What the webhook and health ports need from others. Adapters live in `tls` and `observability`. */
import type { Recorder } from '../admission/ports.ts'

/** A certificate with its chain, and the key that belongs to it. */
export interface KeyPair {
  /** PEM, leaf first. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** The key pair in service. An expired one is still served: refusing handshakes would hide why nothing works. */
export interface CertificateSource {
  current(): KeyPair
  /** Calls back after each swap; the result ends that. */
  onChange(listener: () => void): () => void
}

/** Why a request got no AdmissionReview: values of a metric label. */
export const turnedAwayReasons = ['overload', 'too_large', 'malformed', 'media_type', 'deadline'] as const
export type TurnedAwayReason = (typeof turnedAwayReasons)[number]

/** Counts what admission never sees. */
export interface TrafficRecorder extends Pick<Recorder, 'fault'> {
  turnedAway(reason: TurnedAwayReason): void
  /** Tells how to read the number of reviews in flight, so that a review itself costs nothing here. */
  watchInFlight(read: () => number): void
}

/** The metrics as Prometheus scrapes them. */
export interface MetricsPage {
  readonly contentType: string
  render(): Promise<string>
}
