/** Judges a parsed config by the table of `toml-keys.ts`. Values are never printed: a secret may be among them. */
import type { Settings } from '../../tenancy/settings.ts'
import { forbidden, malformed, missing, type Findings } from './findings.ts'
import { isHttpsUrl } from './https-url.ts'
import { judgeImage } from './image-policy.ts'
import { rootRule, type TomlRule } from './toml-keys.ts'
import { leavesOf, memberPath, showPath } from './toml-path.ts'
import type { TomlTable, TomlValue } from './toml-tree.ts'
import { isUpstreamKey } from './toml-upstream.ts'

type ConfigSettings = Pick<Settings, 'allowedImages' | 'allowUnauthenticated'>

interface Context {
  /** Path of the config in the document. */
  readonly field: string
  readonly settings: ConfigSettings
  readonly found: Findings
}

type RuleOf<Is extends TomlRule['is']> = Extract<TomlRule, { is: Is }>

/** Judges every key of a config, in the order of the text. */
export function judgeToml(root: TomlTable, field: string, settings: ConfigSettings, found: Findings): void {
  judge(rootRule, root, '', { field, settings, found })
}

function judge(rule: TomlRule, value: TomlValue, path: string, context: Context): void {
  const fault = (must: string) => refuseValue(path, must, context)
  switch (rule.is) {
    case 'table':
      return value.kind === 'table' ? judgeTable(rule, value, path, context) : fault('must be a table')
    case 'pinned':
      for (const leaf of leavesOf(value, path)) refusePinned(leaf, context)
      return undefined
    case 'forbidden':
      return refuseForbidden(path, 'may not be set; remove it', context)
    case 'list-with':
      return judgeList(rule.keys, value, path, context)
    case 'tables-with':
      return judgeTables(rule.keys, value, path, context)
    case 'off':
      if (value.kind !== 'boolean') return fault("must be 'false' or absent, as a boolean")
      if (value.value === 'false' || (rule.unless !== undefined && context.settings[rule.unless])) return undefined
      return refuseForbidden(path, "must be 'false' or absent: it would open the gateway to everybody", context)
    case 'integer':
      return isInRange(rule, value) ? undefined : fault(explainRange(rule))
    case 'text':
    case 'https-url':
    case 'image':
    case 'choice':
      return value.kind === 'text' ? judgeText(rule, value.value, path, context) : fault('must be a string')
  }
}

function judgeText(
  rule: RuleOf<'text' | 'https-url' | 'image' | 'choice'>,
  text: string,
  path: string,
  context: Context,
): void {
  const { field, settings, found } = context
  switch (rule.is) {
    case 'text':
      return rule.mayBeEmpty || text !== '' ? undefined : refuseValue(path, 'must not be empty; remove it', context)
    case 'https-url':
      return isHttpsUrl(text) ? undefined : refuseValue(path, "must be a URL like 'https://idp.example.com'", context)
    case 'image':
      return judgeImage(text, field, settings, `'${path}' `).forEach(found.add)
    case 'choice': {
      if (rule.of.includes(text)) return undefined
      const must = `must be one of ${rule.of.map((word) => `'${word}'`).join(', ')}`
      return rule.others === 'malformed' ? refuseValue(path, must, context) : refuseForbidden(path, must, context)
    }
  }
}

function judgeTable(rule: RuleOf<'table'>, { members }: TomlTable, path: string, context: Context): void {
  for (const [key, value] of members) {
    const member = memberPath(path, key)
    const own = Object.hasOwn(rule.members, key) ? rule.members[key] : undefined
    if (own === undefined) refuseUnknown(value, member, isUpstreamKey(path, key), context)
    else judge(own, value, member, context)
  }
  if (rule.check === 'oidc') judgeOidc(members, path, context)
}

function judgeOidc(members: TomlTable['members'], path: string, { field, found }: Context): void {
  const require = (key: string, why: string) =>
    found.add(missing('config-value', field, `'${path}.${key}' must be set ${why}`))
  if (!members.has('issuer')) require('issuer', 'in this table')
  if (members.has('admin_role') && !members.has('user_role')) require('user_role', 'beside the admin role')
  if (members.has('user_role') && !members.has('admin_role')) require('admin_role', 'beside the user role')
}

function judgeList(keys: readonly string[], value: TomlValue, path: string, context: Context): void {
  if (value.kind !== 'array' || value.items.length === 0) return refuseUnknown(value, path, true, context)
  value.items.forEach((item, index) => judgeHolder(keys, item, `${path}[${index}]`, context))
}

function judgeTables(keys: readonly string[], value: TomlValue, path: string, context: Context): void {
  if (value.kind !== 'table') return refuseUnknown(value, path, true, context)
  for (const [key, member] of value.members) judgeHolder(keys, member, memberPath(path, key), context)
}

/** One forbidden key condemns the table it stands in; what else stands there is not looked at. */
function judgeHolder(keys: readonly string[], value: TomlValue, path: string, context: Context): void {
  const held = value.kind === 'table' ? keys.filter((key) => value.members.has(key)) : []
  if (held.length === 0) return refuseUnknown(value, path, true, context)
  for (const key of held) {
    refuseForbidden(memberPath(path, key), 'may not be set: the gateway would run or call foreign code', context)
  }
}

function isInRange({ least, most }: RuleOf<'integer'>, value: TomlValue): boolean {
  if (value.kind !== 'integer') return false
  const integer = BigInt(value.value)
  return integer >= least && (most === undefined || integer <= most)
}

function explainRange({ least, most }: RuleOf<'integer'>): string {
  return most === undefined ? `must be an integer of at least ${least}` : `must be an integer from ${least} to ${most}`
}

function refuseUnknown(value: TomlValue, path: string, isUpstream: boolean, { field, found }: Context): void {
  const must = isUpstream
    ? 'must be a key that a config may hold; OpenShell knows this one, but it is not permitted here'
    : 'must be a key that a config may hold; check its spelling and its table, or remove it'
  for (const leaf of leavesOf(value, path)) {
    found.add(malformed('config-key-unknown', field, showPath(leaf), must, 'NotSupported'))
  }
}

function refusePinned(path: string, { field, found }: Context): void {
  const must = 'may not be set: Gatehouse sets it for every gateway; remove it'
  found.add(forbidden('config-key-pinned', field, `'${showPath(path)}' ${must}`))
}

function refuseForbidden(path: string, must: string, { field, found }: Context): void {
  found.add(forbidden('config-key-forbidden', field, `'${showPath(path)}' ${must}`))
}

function refuseValue(path: string, must: string, { field, found }: Context): void {
  found.add(malformed('config-value', field, showPath(path), must))
}
