/** The config of one entry: its text, judged, and what it means. */
import type { Settings } from '../../tenancy/settings.ts'
import type { Violation } from '../guard.ts'
import type { Stated } from './entry.ts'
import { createFindings, malformed } from './findings.ts'
import { countTomlParts, parseGatewayToml } from './gateway-toml.ts'
import { remember } from './memo.ts'
import { createLocator } from './position.ts'
import { judgeToml } from './toml-rules.ts'
import type { TomlValue } from './toml-tree.ts'

/** More of one severity in one config help nobody. */
const maxViolations = 50
/** More than a full ConfigMap of ordinary configs has; a hostile one would hold the server up for seconds. */
const maxParts = 50_000

/** Tenants often share a config, and an update compares two. */
const parse = remember(parseGatewayToml, {
  size: 8,
  maxWeight: maxParts,
  weigh: (_, text) => text.length / 16 + countTomlParts(text),
})

/** What is left of the work that the configs of one document may make, or the comparison of two. */
export interface Budget {
  parts: number
}

export function createBudget(): Budget {
  return { parts: maxParts }
}

/** Judges a config by itself. Source: reference/openshell-gateways.md 2.6. */
export function judgeConfig(
  { field, text }: Stated,
  settings: Pick<Settings, 'allowedImages' | 'allowUnauthenticated'>,
  budget: Budget,
): readonly Violation[] {
  budget.parts -= countTomlParts(text)
  if (budget.parts < 0) {
    return [malformed('config-syntax', field, 'line 1, column 1', 'must have fewer parts, with all configs before it')]
  }
  const parsed = parse(text)
  if ('must' in parsed) return [malformed('config-syntax', field, createLocator(text)(parsed.at), parsed.must)]
  const found = createFindings(maxViolations)
  judgeToml(parsed, field, settings, found)
  return found.list
}

/**
 * What a config sets, in one writing: equal for configs that differ in spelling, order, comments and empty
 * tables. A text that is no TOML, or that the budget does not cover, means itself; none at all means the same as
 * an empty one.
 */
export function meaningOf(text: string | undefined, budget: Budget): string {
  if (text === undefined) return ''
  budget.parts -= countTomlParts(text)
  if (budget.parts < 0) return text
  const parsed = parse(text)
  return 'must' in parsed ? text : write(parsed)
}

function write(value: TomlValue): string {
  if (value.kind === 'array') return `[${value.items.map(write).join(',')}]`
  if (value.kind !== 'table') return `${value.kind} ${JSON.stringify(value.value)}`
  const members = [...value.members]
    .map(([key, member]) => [JSON.stringify(key), write(member)] as const)
    .filter(([, member]) => member !== '')
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${key}:${member}`)
  return members.length === 0 ? '' : `{${members.join(',')}}`
}
