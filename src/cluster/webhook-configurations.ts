/** The two webhook configurations, by name: get and patch. */
import { z } from 'zod'
import type { ConfigurationKind, LiveConfiguration, LiveWebhook, Selector } from '../coverage/live.ts'
import type { RegistrationStore } from '../reconcile/installation-ports.ts'
import type { KubeClient } from './kube-client.ts'
import { isNotFound, KubeError } from './kube-error.ts'

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? [])

const SelectorObject = z
  .object({
    matchLabels: z.record(z.string(), z.string()).nullish(),
    matchExpressions: z.array(z.object({ key: z.string(), operator: z.string(), values: texts })).nullish(),
  })
  .nullish()
  .transform((selector): Selector => {
    const labels = Object.entries(selector?.matchLabels ?? {})
    return [
      ...labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })),
      ...(selector?.matchExpressions ?? []),
    ]
  })

const Webhook = z
  .object({
    name: z.string(),
    clientConfig: z.object({
      caBundle: z.string().default(''),
      url: z.string().optional(),
      service: z
        .object({
          name: z.string(),
          namespace: z.string(),
          path: z.string().default('/'),
          port: z.int().default(443),
        })
        .optional(),
    }),
    failurePolicy: z.string().default('Fail'),
    matchPolicy: z.string().default('Equivalent'),
    namespaceSelector: SelectorObject,
    objectSelector: SelectorObject,
    matchConditions: z.array(z.object({ name: z.string(), expression: z.string() })).default([]),
    rules: z
      .array(
        z.object({
          apiGroups: texts,
          apiVersions: texts,
          resources: texts,
          operations: texts,
          scope: z.string().default('*'),
        }),
      )
      .default([]),
  })
  .transform(({ clientConfig: { caBundle, service, url }, ...rest }): LiveWebhook => ({
    ...rest,
    service,
    url,
    caBundle: Buffer.from(caBundle, 'base64').toString(),
  }))

const Configuration = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
  webhooks: z.array(Webhook).default([]),
})

const plurals: Readonly<Record<ConfigurationKind, string>> = {
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
}

/** Both configurations of this name. */
export function createRegistrationStore(client: KubeClient, name: string): RegistrationStore {
  const path = (kind: ConfigurationKind) => `/apis/admissionregistration.k8s.io/v1/${plurals[kind]}/${name}`
  return {
    async read(kind, signal) {
      try {
        return readConfiguration(kind, await client.send({ method: 'GET', path: path(kind), signal }))
      } catch (error) {
        if (isNotFound(error)) return undefined
        throw error
      }
    },
    async writeBundles(read, bundles, signal) {
      const writes = read.webhooks.flatMap((webhook, at) => {
        const caBundle = bundles.get(webhook.name)
        return caBundle === undefined
          ? []
          : [
              {
                // `add` replaces what is there, and makes what is not.
                op: 'add',
                path: `/webhooks/${at}/clientConfig/caBundle`,
                value: Buffer.from(caBundle).toString('base64'),
              },
            ]
      })
      if (writes.length === 0) return
      await client.send({
        method: 'PATCH',
        path: `${path(read.kind)}?fieldManager=gatehouse`,
        patch: 'json-patch',
        // Places in the list are those of the object that was read, and of no other.
        body: [{ op: 'replace', path: '/metadata/resourceVersion', value: read.resourceVersion }, ...writes],
        signal,
      })
    },
  }
}

function readConfiguration(kind: ConfigurationKind, object: unknown): LiveConfiguration {
  const parsed = Configuration.safeParse(object)
  if (!parsed.success) throw new KubeError(kind, { status: 0, reason: 'unreadable', text: '' })
  const { metadata, webhooks } = parsed.data
  return { kind, ...metadata, webhooks }
}
