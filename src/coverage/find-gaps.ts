/** Compares the live registration and what is served with what the table and the configuration ask for. */
import { expectWebhooks, type ExpectedResource, type ExpectedWebhook, type Installation } from './expected.ts'
import { resourceName, type Gap, type GapKind } from './gap.ts'
import { configurationKinds, type LiveConfiguration, type LiveWebhook, type ServedResource } from './live.ts'
import { isMatched } from './match-rule.ts'
import { findUnknownKinds } from './unknown-kinds.ts'
import { findWebhookFaults } from './webhook-faults.ts'

export interface CoverageInput {
  readonly served: readonly ServedResource[]
  readonly validating: LiveConfiguration | undefined
  readonly mutating: LiveConfiguration | undefined
  readonly installation: Installation
}

/** Every gap, in the order of the webhooks; none where everything that is served is covered as it should be. */
export function findGaps(input: CoverageInput): readonly Gap[] {
  return [
    ...expectWebhooks(input.installation).flatMap((expected) => gapsOf(expected, input)),
    ...findUnknownKinds(input.served, input.installation.guards),
  ]
}

function gapsOf(expected: ExpectedWebhook, input: CoverageInput): readonly Gap[] {
  const { installation, served } = input
  const configuration = expected.mutating ? input.mutating : input.validating
  const covered = [...expected.covers, ...listRetired(expected, served)].map((row) => ({
    row,
    versions: served.filter(({ group, resource }) => group === row.group && resource === row.resource),
  }))
  const isServed = covered.filter(({ versions }) => versions.length > 0)
  const gap = (kind: GapKind, text: string, remedy: string) => (row: ExpectedResource) => ({
    resource: resourceName(row.resource, row.group),
    kind,
    mutating: expected.mutating,
    text,
    remedy,
  })
  const forAll = (kind: GapKind, text: string, remedy: string): readonly Gap[] =>
    isServed.map(({ row }) => gap(kind, text, remedy)(row))

  if (configuration === undefined) {
    const name = `${configurationKinds[expected.mutating ? 1 : 0]} ${installation.configurations}`
    return forAll('missing-configuration', `There is no ${name}`, reinstall)
  }
  const live = configuration.webhooks.find(({ name }) => name === expected.name)
  if (live === undefined) {
    return forAll('missing-webhook', `${configuration.kind} ${configuration.name} has no ${expected.name}`, reinstall)
  }
  return [
    ...findWebhookFaults(live, expected, installation).flatMap(({ kind, text, remedy }) => forAll(kind, text, remedy)),
    ...isServed.flatMap(({ row, versions }) =>
      versions.flatMap((version) => gapsOfVersion(version, row, live, expected)),
    ),
  ]
}

/** What is served of the groups that a webhook is for as a whole, the kinds of the table apart. */
function listRetired({ covers, rules }: ExpectedWebhook, served: readonly ServedResource[]): ExpectedResource[] {
  const rows = rules
    .filter((rule) => rule.resources.includes('*'))
    .flatMap(({ apiGroups, scope, operations }) =>
      served
        .filter((one) => apiGroups.includes(one.group) && one.scope === scope)
        .map(({ group, resource }) => ({ group, resource, versions: ['*'], subresources: [], operations })),
    )
    .filter(({ group, resource }) => !covers.some((row) => row.group === group && row.resource === resource))
  // One for all of its versions.
  return [...new Map(rows.map((row) => [resourceName(row.resource, row.group), row])).values()]
}

/** It says both ways: only who installed it knows which of the two it was. */
const reinstall = 'Install Gatehouse again: `helm upgrade`, or `kubectl apply` of its manifests'

function gapsOfVersion(
  served: ServedResource,
  row: ExpectedResource,
  { rules }: LiveWebhook,
  { id, name, mutating }: ExpectedWebhook,
): readonly Gap[] {
  const resource = resourceName(row.resource, row.group)
  const isCovered = (operation: string, subresource = ''): boolean =>
    rules.some((rule) => isMatched(rule, { ...served, operation, subresource }))
  const gap = (kind: GapKind, text: string, remedy: string): Gap => ({ resource, kind, mutating, text, remedy })
  const what = `${resource} ${served.version}`

  const isKnown = row.versions.includes('*') || row.versions.includes(served.version)
  // A mutator leaves alone what it does not know; the guard behind it judges that.
  if (!isKnown && mutating) return []
  const unknown = isKnown
    ? []
    : [
        gap(
          'unknown-version',
          `${what} is served, and ${id} does not know this version: every write of it is refused`,
          'Install a version of Gatehouse that knows it, or stop serving it in the CRD',
        ),
      ]
  const missed = row.operations.filter((operation) => !isCovered(operation))
  if (missed.length === row.operations.length) {
    return [...unknown, gap('unmatched-version', `${what} is served, and no rule of ${name} matches it`, reinstall)]
  }
  const operations =
    missed.length === 0
      ? []
      : [gap('missing-operation', `No rule of ${name} matches ${missed.join(', ')} of ${what}`, reinstall)]
  const parts = row.subresources
    .filter((part) => served.subresources.includes(part) && !isCovered('UPDATE', part))
    .map((part) =>
      gap('missing-subresource', `No rule of ${name} matches ${row.resource}/${part} of ${what}`, reinstall),
    )
  return [...unknown, ...operations, ...parts]
}
