/**
 * Pod objects for the processes that serve, addresses of their own for them, and a kubelet that brings a changed
 * Secret into their files: into those of one pod later than into those of another.
 */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Balancer, startBalancer } from '../../support/control-plane/balancer.ts'
import { findFreePorts } from '../../support/control-plane/free-ports.ts'
import { pickObject } from '../../support/control-plane/render-chart.ts'
import { readLiveSecret } from './certificates.ts'
import type { Stage } from './stage.ts'

export interface Pods {
  /** Of the container, the same in every pod. */
  readonly port: number
  /** Once the processes have ended. */
  close(): Promise<void>
}

const Deployment = z.object({
  spec: z.object({ template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) }) }),
})

/** Makes one Pod for each process. All of 127.0.0.0/8 is loopback on Linux, so each has an address of its own. */
export async function createPods({ plane, gatehouse }: Stage): Promise<Pods> {
  const { objects, release, instances } = gatehouse
  const { labels } = Deployment.parse(pickObject(objects, 'Deployment', '-admission')).spec.template.metadata
  const { name: serviceAccountName } = pickObject(objects, 'ServiceAccount', '-admission').metadata
  const [port = 0] = await findFreePorts(1)
  const path = `/api/v1/namespaces/${release.namespace}/pods`
  const addresses: Balancer[] = []
  for (const [index, instance] of instances.entries()) {
    const ip = `127.77.5.${index + 1}`
    addresses.push(await startBalancer(ip, port, [instance.port]))
    const metadata = { name: `serving-${index}`, labels }
    const spec = { serviceAccountName, containers: [{ name: 'serve', image: 'none' }] }
    const made = await plane.request('POST', path, { metadata, spec })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }] }
    const set = await plane.request('PATCH', `${path}/${metadata.name}/status`, { status })
    assert.equal(set.status, 200, JSON.stringify(set.body))
  }
  return {
    port,
    async close() {
      await Promise.all(addresses.map((address) => address.close()))
    },
  }
}

export interface Kubelet {
  /** Rejects where it failed at its work. */
  stop(): Promise<void>
}

const everyMs = 200

/** Follows the Secret; each pod sees a change so many milliseconds later. */
export function startKubelet(stage: Stage, lagsMs: readonly number[]): Kubelet {
  const ending = new AbortController()
  const running = Promise.all(lagsMs.map((lagMs, replica) => follow(replica, lagMs)))
  running.catch(() => undefined)
  return {
    async stop() {
      ending.abort()
      await running
    },
  }

  async function follow(replica: number, lagMs: number): Promise<void> {
    let seen: string | undefined
    while (!ending.signal.aborted) {
      const { version } = await readLiveSecret(stage, '-tls')
      if (version !== seen) {
        await pause(lagMs)
        await stage.gatehouse.refreshCertificate(replica)
        seen = version
      }
      await pause(everyMs)
    }
  }

  async function pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: ending.signal }).catch(() => undefined)
  }
}
