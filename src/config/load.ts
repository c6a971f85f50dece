/** The only reader of the configuration file and of the environment. */
import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { z } from 'zod'
import { Config } from './config.ts'
import { ConfigError, type Fault, type Path } from './config-error.ts'
import { explainIssue } from './explain-issue.ts'
import { comparePaths, formatPath, isAtOrBelow } from './fault-path.ts'
import { readYaml } from './read-yaml.ts'
import { resolveFiles } from './resolve-files.ts'

/** A configuration is a few KiB; far more is another file, and would hold up the reviews while it is parsed. */
const maxFileBytes = 256 * 1024

/** What a pod is told about its API server. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads, checks and completes the configuration file at `path`; throws a {@link ConfigError} with every fault. */
export function loadConfig(path: string, environment: Environment = process.env): Config {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    throw unreadable(path, error)
  }
  return parseConfig(bytes, path, environment)
}

/** {@link loadConfig} for the content of a file that was read already. */
export function parseConfig(bytes: Uint8Array, path: string, environment: Environment = process.env): Config {
  const reading = readYaml(decode(bytes, path))
  // A file is read once in a while: compiling the checks first would take longer than running them.
  const options = { error: explainIssue, jitless: true }
  const parsed = reading.value === undefined ? undefined : Config.safeParse(reading.value, options)
  const faults = [...reading.faults, ...(parsed?.error === undefined ? [] : listFaults(parsed.error, reading.dropped))]
  if (faults.length > 0 || parsed?.data === undefined) throw new ConfigError(path, faults)
  return completeApiServer(resolveFiles(parsed.data, dirname(resolve(path))), path, environment)
}

/** The error for a file that cannot be read. */
export function unreadable(path: string, error: unknown): ConfigError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const reasons = new Map<unknown, string>([
    ['ENOENT', 'there is no such file'],
    ['EACCES', 'permission denied'],
    ['EISDIR', 'it is a folder'],
  ])
  return new ConfigError(path, [{ where: '', text: `cannot be read: ${reasons.get(code) ?? String(code)}` }])
}

function decode(bytes: Uint8Array, path: string): string {
  if (bytes.length > maxFileBytes)
    throw new ConfigError(path, [
      { where: '', text: `must be at most ${maxFileBytes} bytes long, not ${bytes.length}` },
    ])
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ConfigError(path, [{ where: '', text: 'must be UTF-8 text' }])
  }
}

function listFaults(error: z.ZodError, dropped: readonly Path[]): readonly Fault[] {
  const placed: { readonly path: Path; readonly text: string }[] = []
  for (const issue of error.issues) {
    const path = issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment))
    if (issue.code !== 'unrecognized_keys') placed.push({ path, text: issue.message })
    else {
      const texts = issue.message.split('\n')
      for (const [at, key] of issue.keys.entries()) placed.push({ path: [...path, key], text: texts[at] ?? '' })
    }
  }
  return placed
    .filter(({ path }) => !dropped.some((place) => isAtOrBelow(path, place)))
    .toSorted((left, right) => comparePaths(left.path, right.path))
    .map(({ path, text }) => ({ where: formatPath(path), text }))
}

/** Where the file names no API server, the one that Kubernetes announces to every pod is taken. */
function completeApiServer(config: Config, path: string, environment: Environment): Config {
  const { facts } = config
  const host = environment['KUBERNETES_SERVICE_HOST'] ?? ''
  if (facts.source !== 'cluster' || facts.apiServer.url !== undefined || host === '') return config
  const url = `https://${isIPv6(host) ? `[${host}]` : host}:${environment['KUBERNETES_SERVICE_PORT'] ?? '443'}`
  if (!URL.canParse(url))
    throw new ConfigError(path, [
      {
        where: 'facts.apiServer.url',
        text: 'must be written, since KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT make no URL',
      },
    ])
  return { ...config, facts: { ...facts, apiServer: { ...facts.apiServer, url } } }
}
