/** What the API server serves, by aggregated discovery (v2, Kubernetes 1.30): two requests, no permission but `get`. */
import { z } from 'zod'
import type { ServedResource } from '../coverage/live.ts'
import type { Discovery } from '../reconcile/installation-ports.ts'
import type { KubeClient } from './kube-client.ts'
import { KubeError } from './kube-error.ts'

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

const GroupList = z.object({
  kind: z.literal('APIGroupDiscoveryList'),
  items: z
    .array(
      z.object({
        metadata: z.object({ name: z.string().default('') }).default({ name: '' }),
        versions: z
          .array(
            z.object({
              version: z.string(),
              resources: z
                .array(
                  z.object({
                    resource: z.string(),
                    scope: z.enum(['Namespaced', 'Cluster']),
                    responseKind: z.object({ kind: z.string() }).optional(),
                    subresources: z.array(z.object({ subresource: z.string() })).nullish(),
                  }),
                )
                .nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})

export function createDiscovery(client: KubeClient): Discovery {
  return {
    async list(signal) {
      const lists = await Promise.all(
        ['/api', '/apis'].map((path) => client.send({ method: 'GET', path, accept, signal })),
      )
      return lists.flatMap(readGroups)
    },
  }
}

function readGroups(list: unknown): readonly ServedResource[] {
  const parsed = GroupList.safeParse(list)
  if (!parsed.success) {
    throw new KubeError('Discovery', {
      status: 0,
      reason: 'no aggregated discovery, which Kubernetes 1.30 has',
      text: '',
    })
  }
  return (parsed.data.items ?? []).flatMap(({ metadata, versions }) =>
    (versions ?? []).flatMap(({ version, resources }) =>
      (resources ?? []).map(({ resource, scope, responseKind, subresources }) => ({
        group: metadata.name,
        version,
        kind: responseKind?.kind ?? resource,
        resource,
        scope,
        subresources: (subresources ?? []).map(({ subresource }) => subresource),
      })),
    ),
  )
}
