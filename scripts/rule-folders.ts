/** Guards and mutators as the folders they live in: what is generated from them, and what is copied to make one. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface RuleKind {
  /** The folder below `src`, and the name of the generated list. */
  readonly plural: 'guards' | 'mutators'
  /** The file with the rule, in the folder named after the rule's id. */
  readonly file: 'guard.ts' | 'mutator.ts'
}

export const guardKind: RuleKind = { plural: 'guards', file: 'guard.ts' }
export const mutatorKind: RuleKind = { plural: 'mutators', file: 'mutator.ts' }

/** Ids in the order of the generated lists. */
export function listRuleIds(root: string, { plural, file }: RuleKind): readonly string[] {
  const folder = join(root, 'src', plural)
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, file)))
    .map(({ name }) => name)
    .toSorted()
}

/** `route-hostname` is exported as `routeHostname`. */
export function nameExport(id: string): string {
  return id.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** The rule itself, read from its own file and not from the list, which may be stale. */
export async function loadRule(root: string, { plural, file }: RuleKind, id: string): Promise<object> {
  const path = join(root, 'src', plural, id, file)
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href)
  const rule = module[nameExport(id)]
  if (typeof rule !== 'object' || rule === null) throw new Error(`${path} exports no ${nameExport(id)}`)
  return rule
}
