import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'

/**
 * What is bound when the process starts and cannot change while it runs (DESIGN section 4): the listeners with
 * their limits and what they serve TLS with, the source of facts with its files, and the form of log lines.
 */
export const restartKeys = ['facts', 'log.format', 'server', 'tls'] as const

/** The keys in which `next` differs from `running` and that only a restart can change, sorted. */
export function listRestartKeys(next: Config, running: Config): readonly string[] {
  const keys: string[] = []
  // Everything else of the block differs along with the source and would only be noise.
  if (next.facts.source !== running.facts.source) keys.push('facts.source')
  else keys.push(...listChangedKeys('facts', next.facts, running.facts))
  if (next.log.format !== running.log.format) keys.push('log.format')
  keys.push(...listChangedKeys('server', next.server, running.server))
  keys.push(...listChangedKeys('tls', next.tls, running.tls))
  return keys
}

function listChangedKeys(block: string, next: object, running: object): readonly string[] {
  const [after, before] = [new Map(Object.entries(next)), new Map(Object.entries(running))]
  const keys = [...new Set([...after.keys(), ...before.keys()])]
  return keys
    .filter((key) => !isDeepStrictEqual(after.get(key), before.get(key)))
    .map((key) => `${block}.${key}`)
    .toSorted()
}
