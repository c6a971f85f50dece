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
  /** CEL. */
  readonly expression: string
}

/** JSON is CEL, too. */
export function celLiteral(value: string | readonly string[]): string {
  return JSON.stringify(value)
}

/** The matchConditions of a guard's webhook; all must hold for a write to be sent. */
export function conditionsFor(guard: GuardId, platform: CelPlatform): readonly MatchCondition[] {
  return Object.entries(conditions[guard]?.(platform) ?? {}).map(([name, expression]) => ({ name, expression }))
}

type Conditions = (platform: CelPlatform) => Readonly<Record<string, string>>

const sameAnnotations = 'object.metadata.?annotations == oldObject.metadata.?annotations'

/** Finalizers come off an object that is being deleted, whatever it violates and whether its version is known or not. */
const deletionGoesOn = [
  'request.operation == "UPDATE"',
  'has(object.metadata.deletionTimestamp)',
  'object.all(key, key == "metadata" || (key in oldObject && object[key] == oldObject[key]))',
  'oldObject.all(key, key in object)',
  sameAnnotations,
].join(' && ')

/** A guard that is not here is asked about everything. */
const conditions: Readonly<Partial<Record<GuardId, Conditions>>> = {
  'route-hostname': hostnameConditions,
  'gateway-hostname': hostnameConditions,
  'ingress-hostname': (platform) => ({
    ...hostnameConditions(platform),
    'more-than-status': unless(
      'ingress-hostname',
      `has(request.subResource) && request.subResource == "status" && ${sameAnnotations}`,
    ),
  }),
  'tenant-host': () => ({
    'not-going-away': `!(${deletionGoesOn})`,
    'host-changed': unless('tenant-host', keepsHost),
  }),
  'namespace-host-label': ({ protectedLabels }) => ({
    'protected-label-changed': unless(
      'namespace-host-label',
      `${protectedLabels}.all(key, object.metadata.?labels[?key] == (request.operation == "UPDATE" ? oldObject.metadata.?labels[?key] : optional.none()))`,
    ),
  }),
  'attached-namespaces': () => ({
    'not-going-away': `!(${deletionGoesOn})`,
    'attaches-namespaces': unless('attached-namespaces', attachesNothing),
  }),
  'gateway-config': () => ({
    'is-platform-config': 'dyn(object == null ? oldObject : object).metadata.name == "platform-config"',
    'document-changed': unless(
      'gateway-config',
      'request.operation == "UPDATE" && object.?data.?namespaces == oldObject.?data.?namespaces',
    ),
  }),
}

/** Elsewhere these guards look at nothing, not even at versions. */
function hostnameConditions({ namespacePrefix }: CelPlatform): Readonly<Record<string, string>> {
  return {
    'in-a-tenant-namespace': `request.namespace.startsWith(${namespacePrefix})`,
    'not-going-away': `!(${deletionGoesOn})`,
  }
}

/** For each kind: no list, an empty one, or one that stays as it is. */
const attachesNothing = resources
  .filter(({ guard }) => guard === 'attached-namespaces')
  .flatMap(({ kind, paths }) =>
    paths.map((path) => `(request.kind.kind != ${celLiteral(kind)} || ${addsNothing(path)})`),
  )
  .join(' && ')

/** `path` as in `spec.list[]`. What is no object on the way to it is malformed, and not nothing. */
function addsNothing(path: string): string {
  const keys = path.replace('[]', '').split('.')
  const stays = `request.operation == "UPDATE" && ${isThere('oldObject', keys)} && ${['object', ...keys].join('.')} == ${['oldObject', ...keys].join('.')}`
  return isNothingOr(`${['object', ...keys].join('.')} == [] || (${stays})`, 'object', keys)
}

/** No selection is evaluated on what is no object: that would be an error, which refuses the write. */
function isNothingOr(otherwise: string, parent: string, [key = '', ...rest]: readonly string[]): string {
  const value = `${parent}.${key}`
  if (rest.length === 0) return `!has(${value}) || ${otherwise}`
  return `!has(${value}) || ${value} == null || (type(${value}) == map && (${isNothingOr(otherwise, value, rest)}))`
}

function isThere(parent: string, [key = '', ...rest]: readonly string[]): string {
  const value = `${parent}.${key}`
  return rest.length === 0 ? `has(${value})` : `has(${value}) && type(${value}) == map && ${isThere(value, rest)}`
}

const hostOf = (object: string): string => `${object}.?spec.?host.orValue(null)`
/** Absent, null and empty mean the same to the guard. */
const hasNoHost = (object: string): string => `(${hostOf(object)} == null || ${hostOf(object)} == "")`
const isReadable = (object: string): string =>
  `(!has(${object}.spec) || ${object}.spec == null || type(${object}.spec) == map)`
const staysAsItIs = `${isReadable('oldObject')} && (${hostOf('object')} == ${hostOf('oldObject')} || (${hasNoHost('object')} && ${hasNoHost('oldObject')}))`
const keepsHost = `${isReadable('object')} && (request.operation == "UPDATE" ? ${staysAsItIs} : ${hasNoHost('object')})`

/** Sent unless `allowed` holds; and always where the table, which is asked before the guard, does not know the version. */
function unless(guard: GuardId, allowed: string): string {
  const rows = resources.filter((row) => row.guard === guard)
  const known = rows.map(
    ({ group, resource, versions }) =>
      `request.resource.group == ${celLiteral(group)} && request.resource.resource == ${celLiteral(resource)}${versions.includes('*') ? '' : ` && request.resource.version in ${celLiteral(versions)}`}`,
  )
  return `!(${allowed}) || !(${known.join(' || ')})`
}
