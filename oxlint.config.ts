/** What lint forbids beyond types: STYLE's rules, and the arrows of who may import whom. */
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'

import { defineConfig, type OxlintOverride } from 'oxlint'

/** One folder of `src`, `main.ts` counting as one. Imports within a folder are always allowed. */
interface Layer {
  readonly folder: string
  /** Folders it may import from. */
  readonly uses: readonly string[]
  /** Folders of which it may use the table and the helpers at the top, but no rule and not the list of them. */
  readonly tops?: readonly string[]
  /** Folders whose types alone it may import: the ports it implements, or the plain value it is handed. */
  readonly types?: readonly string[]
  /** Same input, same answer: no world, no clock, no chance. */
  readonly pure?: true
  /** Packages and built-in modules it may load; undefined: any that has no home elsewhere. */
  readonly loads?: readonly string[]
  /** The folders in it do not know each other, nor the list of them. */
  readonly apart?: true
}

const names = ['hostnames', 'tenancy'] as const
const ports = ['admission', 'server', 'reconcile', 'coverage', 'config'] as const

/** Imports go down, never up or sideways. A contract test writes one violation of each arrow and sees it refused. */
export const layers: readonly Layer[] = [
  { folder: 'hostnames', uses: [], pure: true, loads: [] },
  { folder: 'tenancy', uses: ['hostnames'], pure: true, loads: ['zod'] },
  { folder: 'guards', uses: names, pure: true, loads: ['zod', 'yaml', 'toml-eslint-parser'], apart: true },
  // The one table of kinds and versions lives with the guards; a mutator picks its rows from it.
  { folder: 'mutators', uses: names, tops: ['guards'], pure: true, loads: ['zod'], apart: true },
  { folder: 'gateways', uses: names, pure: true, loads: [], apart: true },
  { folder: 'admission', uses: ['guards', 'mutators', ...names], loads: ['zod', 'node:buffer', 'node:util'] },
  { folder: 'registration', uses: ['guards', 'mutators'], pure: true, loads: [] },
  { folder: 'coverage', uses: ['registration', 'guards', 'mutators'], pure: true, loads: [] },
  { folder: 'server', uses: ['admission'], types: ['config'] },
  // What it plans by is handed in; of the plans it knows the types alone.
  { folder: 'reconcile', uses: [], types: ['tls', 'coverage'] },
  { folder: 'reconcile/plan.ts', uses: [], pure: true, loads: [] },
  { folder: 'config', uses: ['guards', 'mutators', 'tls', ...names], types: ['admission'] },
  { folder: 'cluster', uses: names, types: ports },
  { folder: 'tls', uses: [], types: ports },
  { folder: 'observability', uses: [], types: [...ports, 'guards', 'mutators'] },
  {
    folder: 'cli',
    uses: [
      ...names,
      'guards',
      'mutators',
      'gateways',
      'admission',
      'registration',
      'coverage',
      'server',
      'reconcile',
      'config',
      'cluster',
      'tls',
      'observability',
    ],
  },
  { folder: 'main.ts', uses: ['cli'] },
]

/** Packages that one folder alone loads, so that they can be told apart from what the rest of the code means. */
const homes: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'cluster',
  fastify: 'server',
  'node-forge': 'tls',
  pino: 'observability',
  'prom-client': 'observability',
}

const folders = layers.map(({ folder }) => folder).filter((folder) => !folder.includes('/'))
const packages = readPackages()
const builtins = builtinModules.map((name) => (name.startsWith('node:') ? name : `node:${name}`))

function readPackages(): readonly string[] {
  const text = readFileSync(new URL('package.json', import.meta.url), 'utf8')
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text)
  return [...new Set([...Object.keys(dependencies), ...Object.keys(homes)])]
}

function arrowsOf(layer: Layer): OxlintOverride[] {
  const { folder, apart, pure } = layer
  const patterns = patternsOf(layer)
  const rules = pure ? pureRules : {}
  const excludeFiles = ['**/*.test.ts']
  const all: OxlintOverride = {
    files: [folder.endsWith('.ts') ? `src/${folder}` : `src/${folder}/**/*.ts`],
    excludeFiles,
    rules: { ...rules, 'no-restricted-imports': ['error', { patterns }] },
  }
  if (!apart) return [all]
  const message = `the folders in src/${folder} do not know each other`
  const siblings = [
    { regex: '^\\.\\./[^./][^/]*/', message },
    { regex: '^\\.\\./index\\.ts$', message },
  ]
  const each: OxlintOverride = {
    files: [`src/${folder}/*/**/*.ts`],
    excludeFiles,
    rules: { 'no-restricted-imports': ['error', { patterns: [...patterns, ...siblings] }] },
  }
  return [all, each]
}

function patternsOf({ folder, uses, tops = [], types = [], loads }: Layer) {
  const others = folders.filter((other) => other !== folder && !uses.includes(other) && !tops.includes(other))
  const typed = others.filter((other) => types.includes(other))
  const closed = others.filter((other) => !types.includes(other))
  const forbidden =
    loads === undefined
      ? packages.filter((name) => Object.hasOwn(homes, name) && homes[name] !== folder)
      : [...packages, ...builtins].filter((name) => !loads.includes(name))
  return [
    ...forbid(typed.map(climb), `src/${folder} knows only the types of this folder`, true),
    ...forbid(
      closed.map(climb),
      `src/${folder} does not know this folder: imports go down, never up or sideways`,
      false,
    ),
    ...forbid(
      tops.map((top) => `${climb(top)}(index\\.ts$|[^/]+/)`),
      `src/${folder} knows no rule of this folder`,
      false,
    ),
    ...forbid(['test', 'scripts', 'bench', 'charts', 'certs', 'node_modules'].map(climb), 'src stands alone', false),
    ...forbid(forbidden.map(packagePattern), `src/${folder} reaches this through what it is handed`, true),
  ]
}

function forbid(patterns: readonly string[], message: string, allowTypeImports: boolean) {
  return patterns.length === 0 ? [] : [{ regex: `^(${patterns.join('|')})`, message, allowTypeImports }]
}

/** The way to something in another folder, from however deep; `main.ts` has nothing to climb. */
function climb(name: string): string {
  return `(\\./|(\\.\\./)+)${name.endsWith('.ts') ? `${escape(name)}$` : `${name}/`}`
}

function packagePattern(name: string): string {
  return `${escape(name)}(/|$)`
}

function escape(text: string): string {
  return text.replaceAll(/[.+*?^$()[\]{}|\\]/g, '\\$&')
}

const clocksAndChance = ['Date', 'performance', 'crypto', 'process', 'fetch']
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']

const pureRules: NonNullable<OxlintOverride['rules']> = {
  'no-restricted-globals': ['error', { globals: [...clocksAndChance, ...timers], checkGlobalObject: true }],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'a pure folder knows no chance' },
  ],
}

export default defineConfig({
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error' },
  ignorePatterns: ['coverage/**', 'bench/results/**'],
  rules: {
    eqeqeq: 'error',
    'no-console': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'node/no-process-env': 'error',
    'oxc/no-barrel-file': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    // A union of somebody else may grow; ours have no default.
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/consistent-type-imports': 'error',
    'typescript/restrict-template-expressions': [
      'error',
      {
        allowNumber: true,
        allow: ['URL', 'URLSearchParams', 'Error'].map((name) => ({ from: 'package', package: 'node', name })),
      },
    ],
    // Ports and fakes are objects of plain functions, none of which knows `this`.
    'typescript/unbound-method': 'off',
    'unicorn/no-process-exit': 'error',
    'unicorn/prefer-node-protocol': 'error',
    // node:test returns a promise that the runner itself awaits.
    'typescript/no-floating-promises': [
      'error',
      {
        allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] }],
      },
    ],
  },
  overrides: [
    ...layers.flatMap(arrowsOf),
    { files: ['src/config/**/*.ts'], rules: { 'node/no-process-env': 'off' } },
    { files: ['src/main.ts'], rules: { 'unicorn/no-process-exit': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    {
      files: ['scripts/**', 'bench/**', 'test/**', 'charts/**', '**/*.test.ts'],
      rules: {
        'no-console': 'off',
        'node/no-process-env': 'off',
        'unicorn/no-process-exit': 'off',
        // Hostile text is taken apart by its characters on purpose.
        'typescript/no-misused-spread': 'off',
      },
    },
  ],
})
