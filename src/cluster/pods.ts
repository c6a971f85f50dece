/** Pods of one namespace by their labels: list. */
import { z } from 'zod'
import type { Pod, PodLister } from '../reconcile/installation-ports.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeError } from './kube-error.ts'

const List = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().nullish() }),
      status: z
        .object({ phase: z.string().default(''), podIP: z.string().default('') })
        .default({ phase: '', podIP: '' }),
    }),
  ),
})

const ended: readonly string[] = ['Succeeded', 'Failed']

export function createPodLister(
  client: KubeClient,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): PodLister {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  // Without labels every pod of the namespace would be waited for.
  if (labelSelector === '') throw new RangeError('Pods are not listed without labels')
  const path = `/api/v1/namespaces/${namespace}/pods?${new URLSearchParams({ labelSelector })}`
  return {
    async list(signal) {
      const parsed = List.safeParse(await client.send({ method: 'GET', path, signal }))
      if (!parsed.success) throw new KubeError('PodList', { status: 0, reason: 'unreadable', text: '' })
      return parsed.data.items.filter(({ status }) => !ended.includes(status.phase)).map(toPod)
    },
  }
}

function toPod({ metadata, status }: z.infer<typeof List>['items'][number]): Pod {
  return { name: metadata.name, ip: status.podIP }
}
