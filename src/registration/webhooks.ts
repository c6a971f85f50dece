/** The webhooks that the tables of guards and mutators ask for; what an installation adds is its own affair. */
import { guardIds, resources, retiredGroups, type GuardId, type ResourceRow } from '../guards/resources.ts'
import { mutators } from '../mutators/index.ts'
import { mutatorIds, type MutatorId } from '../mutators/mutator.ts'
import { conditionsFor, type CelPlatform, type MatchCondition } from './conditions.ts'

/** A rule of a ValidatingWebhookConfiguration or a MutatingWebhookConfiguration. */
export interface Rule {
  readonly apiGroups: readonly string[]
  readonly apiVersions: readonly string[]
  readonly resources: readonly string[]
  readonly operations: readonly string[]
  readonly scope: ResourceRow['scope']
}

/** Which namespaces a webhook is for: all but Gatehouse's own and kube-system, the platform namespace alone, or any. */
export type Reach = 'all-but-own' | 'platform-only' | 'everywhere'

export interface Webhook<Id extends string = string> {
  readonly id: Id
  /** Fully qualified and stable: metrics and audit annotations carry it. */
  readonly name: string
  /** On the webhook port. */
  readonly path: string
  readonly reach: Reach
  readonly rules: readonly Rule[]
  readonly matchConditions: readonly MatchCondition[]
}

/** Of the guards that do not look everywhere. */
const reaches: Readonly<Partial<Record<GuardId, Reach>>> = {
  'gateway-config': 'platform-only',
  'gateway-hostname': 'all-but-own',
  'ingress-hostname': 'all-but-own',
  'route-hostname': 'all-but-own',
}

/** What API servers call the webhook of a guard, in denials, metrics and audit annotations. */
export function nameWebhook(guard: GuardId): string {
  return `${guard}.guards.gatehouse.dev`
}

/** One validating webhook for each guard, so that one family can be tuned, or fail, alone. */
export function validatingWebhooks(platform: CelPlatform): readonly Webhook<GuardId>[] {
  return guardIds.map((id) => ({
    id,
    name: nameWebhook(id),
    path: `/validate/${id}`,
    reach: reaches[id] ?? 'everywhere',
    rules: [...resources.filter(({ guard }) => guard === id).map(ruleOf), ...retiredRulesOf(id)],
    matchConditions: conditionsFor(id, platform),
  }))
}

/** One mutating webhook for each mutator. */
export function mutatingWebhooks({ namespacePrefix }: CelPlatform): readonly Webhook<MutatorId>[] {
  return mutatorIds.map((id) => ({
    id,
    name: `${id}.mutators.gatehouse.dev`,
    path: `/mutate/${id}`,
    reach: 'all-but-own',
    rules: mutators[id].resources.map(({ group, resource, versions }) => ({
      apiGroups: [group],
      apiVersions: versions,
      resources: [resource],
      operations: ['CREATE'],
      scope: 'Namespaced',
    })),
    matchConditions: [
      { name: 'in-a-tenant-namespace', expression: `request.namespace.startsWith(${namespacePrefix})` },
    ],
  }))
}

/** Every version, so that one which is served tomorrow is refused and not overlooked. */
function ruleOf({ group, resource, subresources, operations, scope }: ResourceRow): Rule {
  const judged = Object.entries(subresources).flatMap(([name, rule]) => (rule === 'judged' ? [name] : []))
  return {
    apiGroups: [group],
    apiVersions: ['*'],
    resources: [resource, ...judged.map((name) => `${resource}/${name}`)],
    operations,
    scope,
  }
}

function retiredRulesOf(id: GuardId): readonly Rule[] {
  return retiredGroups
    .filter(({ guard }) => guard === id)
    .map(({ group }) => ({
      apiGroups: [group],
      apiVersions: ['*'],
      resources: ['*'],
      operations: ['CREATE', 'UPDATE'],
      scope: 'Namespaced',
    }))
}
