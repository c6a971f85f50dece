/** Every command and where it is. A module is loaded when its command is called, so that no command pays for another. */
import type { Terminal } from './terminal.ts'
import type { Usage } from './usage.ts'

/** What the file of a command exports. */
export interface Command {
  readonly usage: Usage
  /**
   * Resolves to the exit code. Throws `UsageError` for bad usage, `InputError` or `ConfigError` for input that
   * cannot be used.
   */
  run(argv: readonly string[], terminal: Terminal): number | Promise<number>
}

export interface CommandEntry {
  readonly summary: string
  load(): Promise<Command>
}

export const commands: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  ['serve', { summary: 'Answer admission reviews over HTTPS', load: () => import('./serve.ts') }],
  [
    'reconcile',
    { summary: 'Look after certificates and registration in the cluster', load: () => import('./reconcile.ts') },
  ],
  ['check', { summary: 'Judge manifests or recorded reviews offline', load: () => import('./check.ts') }],
  ['certs', { summary: 'Issue certificates, or inspect those there are', load: () => import('./certs.ts') }],
  [
    'demo',
    { summary: 'Show what is allowed and what is refused, on a server of its own', load: () => import('./demo.ts') },
  ],
  ['explain', { summary: 'Say what a guard, a mutator or an origin means', load: () => import('./explain.ts') }],
  ['doctor', { summary: 'Say what is wrong with an installation', load: () => import('./doctor.ts') }],
  ['version', { summary: 'Print the version', load: () => import('./version.ts') }],
])
