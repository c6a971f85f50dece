/** What the registration should be, from the table and the configuration. */
import { resources, type GuardId } from '../guards/resources.ts'
import { mutators } from '../mutators/index.ts'
import type { MutatorId } from '../mutators/mutator.ts'
import { celLiteral } from '../registration/conditions.ts'
import { mutatingWebhooks, validatingWebhooks, type Webhook } from '../registration/webhooks.ts'
import type { Places } from './selectors.ts'

export type FailurePolicy = 'Fail' | 'Ignore'

/** An installation, as its configuration tells of it. */
export interface Installation extends Places {
  /** Name of both configurations. */
  readonly configurations: string
  readonly service: { readonly name: string; readonly namespace: string; readonly port: number }
  /** Base of the URLs that are registered in place of the Service. */
  readonly url: string | undefined
  readonly hostLabel: string
  readonly protectedLabels: readonly string[]
  /** Those that are not disabled. */
  readonly guards: readonly GuardId[]
  readonly mutators: readonly MutatorId[]
  readonly failurePolicies: Readonly<Partial<Record<GuardId | MutatorId, FailurePolicy>>>
  /** PEM of certificates that every caBundle must hold; undefined: not known. */
  readonly ca: string | undefined
}

/** A resource that a webhook is for. */
export interface ExpectedResource {
  readonly group: string
  readonly resource: string
  /** Versions that are judged; `*`: any. */
  readonly versions: readonly string[]
  readonly subresources: readonly string[]
  readonly operations: readonly string[]
}

export interface ExpectedWebhook extends Webhook {
  readonly mutating: boolean
  readonly failurePolicy: FailurePolicy
  readonly covers: readonly ExpectedResource[]
}

/** Every webhook that should be there: one for each guard and mutator that is switched on. */
export function expectWebhooks(installation: Installation): readonly ExpectedWebhook[] {
  const { hostLabel, protectedLabels, namespacePrefix, failurePolicies } = installation
  const platform = {
    namespacePrefix: celLiteral(namespacePrefix),
    protectedLabels: celLiteral([...new Set([hostLabel, ...protectedLabels])]),
  }
  const validating = validatingWebhooks(platform)
    .filter(({ id }) => installation.guards.includes(id))
    .map((webhook) => ({
      ...webhook,
      mutating: false,
      failurePolicy: failurePolicies[webhook.id] ?? 'Fail',
      covers: resources
        .filter(({ guard }) => guard === webhook.id)
        .map((row) => ({
          ...row,
          subresources: Object.entries(row.subresources).flatMap(([name, rule]) => (rule === 'judged' ? [name] : [])),
        })),
    }))
  const mutating = mutatingWebhooks(platform)
    .filter(({ id }) => installation.mutators.includes(id))
    .map((webhook) => ({
      ...webhook,
      mutating: true,
      failurePolicy: failurePolicies[webhook.id] ?? 'Ignore',
      covers: mutators[webhook.id].resources.map((row) => ({ ...row, subresources: [], operations: ['CREATE'] })),
    }))
  return [...validating, ...mutating]
}
