/**
 * What a webhook is never asked about: writes that its guard would allow whoever sends them. An outage of Gatehouse
 * then blocks nothing but what needs judging. Source: DESIGN section 6.
 */
import { resources, type GuardId } from '../guards/resources.ts'

/** Facts about the platform as CEL literals; in a chart, templates that become such. */
export interface CelPlatform {
  /** A text. */
  readonly namespacePrefix: string
  /** A list of texts: the protected labels, the host label among them. */
  readonly protectedLabels: string
}

export interface MatchCondition {
  readonly name: string
  readonly expression: string
}

/** JSON is CEL, too. */
export function celLiteral(value: string | readonly string[]): string {
  return JSON.stringify(value)
}

/** The matchConditions of a guard's webhook; each must hold for a write to be sent. */
export function conditionsFor(guard: GuardId, platform: CelPlatform): readonly MatchCondition[] {
  return Object.entries(allowedUnasked[guard](platform)).map(([name, allowed]) => ({
    name,
    // What the table does not know is refused by the table, before any guard is asked.
    expression: `!(${isKnown(guard)}) || !(${allowed})`,
  }))
}

type Allowed = (platform: CelPlatform) => Readonly<Record<string, string>>

const sameAnnotations = 'object.metadata.?annotations == oldObject.metadata.?annotations'

/** Finalizers come off an object that is being deleted, whatever it violates. */
const deletionGoesOn = `request.operation == "UPDATE" && has(object.metadata.deletionTimestamp) && object.?spec == oldObject.?spec && ${sameAnnotations}`

const isOutside = ({ namespacePrefix }: CelPlatform): string => `!request.namespace.startsWith(${namespacePrefix})`

/** For each guard: why it would allow a write unasked, by the name of the condition, as CEL. */
const allowedUnasked: Readonly<Record<GuardId, Allowed>> = {
  'route-hostname': (platform) => ({ 'in-a-tenant-namespace': isOutside(platform), 'not-going-away': deletionGoesOn }),
  'gateway-hostname': (platform) => ({
    'in-a-tenant-namespace': isOutside(platform),
    'not-going-away': deletionGoesOn,
  }),
  'ingress-hostname': (platform) => ({
    'in-a-tenant-namespace': isOutside(platform),
    'not-going-away': deletionGoesOn,
    'more-than-status': `request.?subResource.orValue("") == "status" && ${sameAnnotations}`,
  }),
  'tenant-host': () => ({
    'host-changed': 'request.operation == "UPDATE" && object.?spec.?host == oldObject.?spec.?host',
  }),
  'namespace-host-label': ({ protectedLabels }) => ({
    'protected-label-changed': `request.operation == "UPDATE" ? ${protectedLabels}.all(key, object.metadata.?labels[?key] == oldObject.metadata.?labels[?key]) : !${protectedLabels}.exists(key, object.metadata.?labels[?key].hasValue())`,
  }),
  'attached-namespaces': () => ({ 'not-going-away': deletionGoesOn }),
  'gateway-config': () => ({
    'is-platform-config': 'dyn(object == null ? oldObject : object).metadata.name != "platform-config"',
    'document-changed': 'request.operation == "UPDATE" && object.?data.?namespaces == oldObject.?data.?namespaces',
  }),
}

/** Whether the table knows group, plural and version of the request. */
function isKnown(guard: GuardId): string {
  const known = resources
    .filter((row) => row.guard === guard)
    .flatMap(({ group, resource, versions }) => versions.map((version) => [group, version, resource].join('/')))
  return `[request.resource.group, request.resource.version, request.resource.resource].join("/") in ${celLiteral(known)}`
}
