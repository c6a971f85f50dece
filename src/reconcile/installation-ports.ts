/** What the controllers of the webhook's own installation need of the cluster. */
import type { ConfigurationKind, LiveConfiguration, ServedResource } from '../coverage/live.ts'
import type { SecretText } from '../tls/rotation-step.ts'

export interface StoredSecret {
  /** Decoded. */
  readonly data: SecretText
  readonly resourceVersion: string
}

/** Secrets of the release namespace, by name. */
export interface SecretStore {
  /** Undefined: there is no such Secret. */
  read(name: string, signal: AbortSignal): Promise<StoredSecret | undefined>
  /** Rejects where it has been created by somebody else since. */
  create(name: string, type: string, data: SecretText, signal: AbortSignal): Promise<void>
  /** Makes `data` all there is in it; rejects where it is no longer the one that was read. */
  replace(name: string, read: StoredSecret, data: SecretText, signal: AbortSignal): Promise<void>
}

/** The two webhook configurations. */
export interface RegistrationStore {
  /** Undefined: there is none of this kind. */
  read(kind: ConfigurationKind, signal: AbortSignal): Promise<LiveConfiguration | undefined>
  /** Writes the caBundle of webhooks by name; rejects where the configuration is no longer the one that was read. */
  writeBundles(read: LiveConfiguration, bundles: ReadonlyMap<string, string>, signal: AbortSignal): Promise<void>
}

export interface Pod {
  readonly name: string
  /** Empty until it has one. */
  readonly ip: string
}

/** Pods that serve, those that have ended left out. */
export interface PodLister {
  list(signal: AbortSignal): Promise<readonly Pod[]>
}

/** A certificate that somebody showed. */
export interface Shown {
  readonly serial: string
  readonly notAfter: Date
}

/** Looks at what is served, by handshakes. */
export interface HandshakeProbe {
  /** The serial of the certificate that this address shows; undefined: no handshake. */
  readSerial(host: string, signal: AbortSignal): Promise<string | undefined>
  /** What the Service shows, verified with this bundle under the name API servers use. Rejects otherwise. */
  verifyService(caBundle: string, signal: AbortSignal): Promise<Shown>
}

/** What the API server serves. */
export interface Discovery {
  list(signal: AbortSignal): Promise<readonly ServedResource[]>
}
