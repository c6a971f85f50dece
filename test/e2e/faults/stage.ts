/** A control plane with Gatehouse behind its Service, and what tests of faults ask about it. */
import { z } from 'zod'
import type { ApiRequest } from '../../support/control-plane/api-request.ts'
import { startControlPlane, type ControlPlane } from '../../support/control-plane/control-plane.ts'
import { installCrds } from '../../support/control-plane/crds.ts'
import { installGatehouse, type Gatehouse, type GatehouseOptions } from '../../support/control-plane/gatehouse.ts'
import { pickObject } from '../../support/control-plane/render-chart.ts'
import { createReview } from '../../support/review.ts'
import { type Asked, askWebhook, type Trust } from './ask-webhook.ts'
import { createTenant, kinds, other, own } from './tenants.ts'
import type { Instance } from '../../support/control-plane/instance.ts'

export interface Stage {
  readonly plane: ControlPlane
  readonly gatehouse: Gatehouse
  close(): Promise<void>
}

/** Starts the control plane with two tenants, and installs Gatehouse. */
export async function openStage(options: GatehouseOptions): Promise<Stage> {
  const plane = await startControlPlane()
  try {
    await installCrds(plane)
    for (const { namespace, apex } of [own, other]) await createTenant(plane.request, namespace, apex)
    const gatehouse = await installGatehouse(plane, options)
    return {
      plane,
      gatehouse,
      async close() {
        await plane.stop()
        // Its connections have ended with the processes.
        await gatehouse.balancer?.close()
      },
    }
  } catch (error) {
    await plane.stop()
    throw error
  }
}

const Secret = z.object({ data: z.record(z.string(), z.string()) })

/** Texts of a Secret as the chart rendered it, or as it is now. */
export function readSecret(object: unknown): Readonly<Record<string, string>> {
  const { data } = Secret.parse(object)
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

/** By which API servers call, and what they trust at the installation. */
export function trustOf({ objects, release }: Gatehouse): Trust {
  const { name } = pickObject(objects, 'Service', '-admission').metadata
  const ca = readSecret(pickObject(objects, 'Secret', '-tls'))['ca.crt'] ?? ''
  return { ca, servername: `${name}.${release.namespace}.svc` }
}

/** Asks one process for its verdict on a route, past the API server. */
export function askAboutRoute(
  gatehouse: Gatehouse,
  instance: Instance,
  hostname: string,
  namespace: string = own.namespace,
): Promise<Asked> {
  const [{ kind, guard, manifest }] = kinds
  const object = JSON.parse(JSON.stringify(manifest('shop', hostname)))
  return askWebhook(
    instance,
    `/validate/${guard}`,
    createReview({ kind, namespace, object: { ...object, metadata: { name: 'shop', namespace } } }),
    trustOf(gatehouse),
  )
}

export async function countNamespaces(request: ApiRequest): Promise<number> {
  const { body } = await request('GET', '/api/v1/namespaces')
  return z.object({ items: z.array(z.unknown()) }).parse(body).items.length
}
