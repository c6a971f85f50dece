/** A cluster as small as the rotation of certificates needs it: two Secrets, registrations, pods that see files late. */
import { X509Certificate } from 'node:crypto'
import { findChain } from '../../src/tls/chain.ts'
import { checkKeyPair } from '../../src/tls/check-pair.ts'
import { readCertificates } from '../../src/tls/pem.ts'
import { planRotation } from '../../src/tls/rotation.ts'
import type { RotationSettings, RotationStep, SecretText, ServiceProof } from '../../src/tls/rotation-step.ts'
import { prepareWrite } from '../../src/tls/rotation-write.ts'

export const hour = 3_600_000

export const settings = {
  names: ['gatehouse-admission.gatehouse.svc', 'gatehouse-admission'],
  leafLifetimeMs: 24 * hour,
  caLifetimeMs: 96 * hour,
  settleMs: 10_000,
} satisfies RotationSettings

interface Pod {
  readonly name: string
  served: X509Certificate | undefined
}

export class RotationCluster {
  now = new Date('2030-01-01T00:00:00Z')
  caSecret: SecretText | undefined
  tlsSecret: SecretText | undefined
  readonly registrations = ['validating', 'mutating'].map((id) => ({ id, caBundle: '', since: new Date(0) }))
  readonly pods: Pod[] = ['pod-a', 'pod-b', 'pod-c'].map((name) => ({ name, served: undefined }))
  service: ServiceProof | undefined

  plan(): RotationStep | undefined {
    const pods = this.pods.map(({ name, served }) => ({ name, serial: served?.serialNumber }))
    return planRotation({ ...this, pods, replicas: this.pods.length }, settings)
  }

  /** Carries out the next step. A crash comes after `writes` of its writes. */
  async step(writes = Infinity): Promise<RotationStep | undefined> {
    const step = this.plan()
    if (step === undefined) return undefined
    const write = await prepareWrite(step, settings, this.now)
    if (write?.target === 'registrations') {
      for (const { id, caBundle } of write.writes.slice(0, writes)) this.publish(id, caBundle)
    } else if (write !== undefined && writes > 0) {
      if (write.target === 'ca-secret') this.caSecret = write.data
      else this.tlsSecret = write.data
    }
    if (step.kind === 'verify-service') this.dial(step.serial, step.caBundles)
    return step
  }

  publish(id: string, caBundle: string): void {
    for (const registration of this.registrations) {
      if (registration.id === id) Object.assign(registration, { caBundle, since: this.now })
    }
  }

  /** A pod sees its files, and takes what passes the checks before every swap. */
  see(pod: Pod | undefined): void {
    if (pod === undefined) return
    const [cert = '', key = '', ca] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => this.tlsSecret?.[name])
    try {
      checkKeyPair({ cert, key, ca }, { requiredNames: settings.names, at: this.now })
      pod.served = new X509Certificate(cert)
    } catch {
      // The last good one stays.
    }
  }

  advance(milliseconds: number): void {
    this.now = new Date(this.now.getTime() + milliseconds)
  }

  /** Carries out steps, and what they wait for, until nothing is left to do. Throws where that never happens. */
  async converge(): Promise<RotationStep['kind'][]> {
    const kinds: RotationStep['kind'][] = []
    for (;;) {
      const step = await this.step()
      if (step === undefined) return kinds
      kinds.push(step.kind)
      if (kinds.length > 40) throw new Error(`No end to it: ${kinds.join(', ')}`)
      if (step.kind === 'wait-for-pods') for (const pod of this.pods) this.see(pod)
      if (step.kind === 'wait-for-registrations') this.advance(step.until.getTime() - this.now.getTime())
    }
  }

  /** Pods whose leaf some registration does not cover, as `pod-a at validating`; at `at`, where validity counts. */
  listUncovered(at?: Date): string[] {
    return this.registrations.flatMap(({ id, caBundle }) => {
      const roots = readCertificates(caBundle).certificates
      const chain = at === undefined ? { roots } : { roots, at }
      return this.pods
        .filter(({ served }) => served !== undefined && findChain(served, chain) === undefined)
        .map(({ name }) => `${name} at ${id}`)
    })
  }

  private dial(serial: string, caBundles: readonly string[]): void {
    const isTrue = this.pods.every(({ served }) => served?.serialNumber === serial)
    if (isTrue && this.listUncovered(this.now).length === 0) this.service = { serial, caBundles }
  }
}
