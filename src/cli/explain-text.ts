/** What `explain` says, all of it taken from the guards, the mutators and the table of resources. */
import { existsSync, readFileSync } from 'node:fs'

import type { Guard } from '../guards/guard.ts'
import { guards } from '../guards/index.ts'
import { resources, retiredGroups, tableOrigins, type GuardId, type ResourceRow } from '../guards/resources.ts'
import { mutators } from '../mutators/index.ts'
import type { MutatorResource } from '../mutators/mutator.ts'
import { alignColumns } from './columns.ts'

interface Rule {
  readonly id: string
  readonly title: string
}

const guardList: readonly Guard[] = Object.values(guards)
const mutatorList: readonly (Rule & { readonly resources: readonly MutatorResource[] })[] = Object.values(mutators)
const rows: readonly ResourceRow[] = resources

/** Everything that can be explained. */
export function listTopics(): readonly string[] {
  const origins = guardList.flatMap((guard) => Object.keys(originsOf(guard)).map((origin) => `${guard.id}/${origin}`))
  return [...guardList.map(({ id }) => id), ...mutatorList.map(({ id }) => id), ...origins]
}

/** All guards and mutators, and what their modes mean. */
export function explainOverview(): string {
  return join([
    'A guard is a rule that says no and why; a mutator fills a gap in an object before it is judged.',
    heading('Guards'),
    ...alignColumns(guardList.map(({ id, title }) => [id, title])),
    heading('Mutators'),
    ...alignColumns(mutatorList.map(({ id, title }) => [id, title])),
    heading('Modes of a guard'),
    ...alignColumns([
      ['enforce', 'violations deny'],
      ['warn', 'violations become warnings'],
      ['audit', 'violations are counted, and nobody is told'],
      ['disabled', 'the guard does not run'],
    ]),
    heading('Modes of a mutator'),
    ...alignColumns([
      ['disabled', 'it does not run; so it is until somebody switches it on'],
      ['enforce', 'gaps are filled'],
    ]),
    '',
    "'gatehouse explain GUARD' says what a guard demands and how to repair what it refuses.",
  ])
}

/** A guard or mutator: its own README, where it looks, what it can report. */
export function explainRule(id: string): string | undefined {
  const guard = guardList.find((candidate) => candidate.id === id)
  if (guard !== undefined) {
    const origins = Object.entries(originsOf(guard)).map(([origin, meaning]) => [`${id}/${origin}`, meaning])
    return join([
      ...readReadme('guards', guard),
      heading('Looks at'),
      ...alignColumns(rowsOf(guard.id).map(describeRow)),
      heading('Origins'),
      ...alignColumns(origins),
    ])
  }
  const mutator = mutatorList.find((candidate) => candidate.id === id)
  if (mutator === undefined) return undefined
  const looksAt = mutator.resources.map(({ kind, group, versions }) => [kind, group, versions.join(', ')])
  return join([...readReadme('mutators', mutator), heading('Looks at'), ...alignColumns(looksAt)])
}

/** An origin: what it means, and where the names stand that it is about. */
export function explainOrigin(topic: string): string | undefined {
  const [id = '', origin = '', ...rest] = topic.split('/')
  const guard = guardList.find((candidate) => candidate.id === id)
  if (guard === undefined || rest.length > 0) return undefined
  const origins = originsOf(guard)
  const meaning = Object.hasOwn(origins, origin) ? origins[origin] : undefined
  if (meaning === undefined) return undefined
  return join([
    `${topic}: ${meaning}.`,
    '',
    `${guard.title}.`,
    heading('Looks at'),
    ...alignColumns(rowsOf(guard.id).map(describeRow)),
    '',
    `'gatehouse explain ${id}' shows a refused example and how it is repaired.`,
  ])
}

/** What the guard reports itself, and what the table reports in its name. */
function originsOf({ id, origins }: Guard): Readonly<Record<string, string>> {
  const { 'retired-group': retired, ...ofTable } = tableOrigins
  const groups = retiredGroups.filter(({ guard }) => guard === id).map(({ group }) => group)
  return {
    ...origins,
    ...ofTable,
    ...(groups.length === 0 ? {} : { 'retired-group': `${retired}: ${groups.join(', ')}` }),
  }
}

function rowsOf(id: GuardId): readonly ResourceRow[] {
  return rows.filter(({ guard }) => guard === id)
}

function describeRow({ kind, group, versions, paths }: ResourceRow): readonly string[] {
  const known = versions.includes('*') ? 'any version' : versions.join(', ')
  return [kind, group === '' ? 'core' : group, known, paths.join(', ')]
}

/** The page for operators, as it lies beside the code. */
function readReadme(folder: 'guards' | 'mutators', { id, title }: Rule): readonly string[] {
  const file = new URL(`../${folder}/${id}/README.md`, import.meta.url)
  return existsSync(file) ? [readFileSync(file, 'utf8').trimEnd()] : [`# ${id}`, '', `${title}.`]
}

function heading(text: string): string {
  return `\n## ${text}\n`
}

function join(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
