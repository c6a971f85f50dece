import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type Environment, parseConfig, unreadable } from './load.ts'
import { listRestartKeys } from './restart.ts'

/** File events can be missing (network file systems, a folder that was replaced): looked at this often anyway. */
const defaultPollMilliseconds = 10_000
/** Whoever writes the file in several steps is done by then. */
const defaultSettleMilliseconds = 100

export interface WatchOptions {
  readonly path: string
  /** What the process runs with. */
  readonly current: Config
  readonly environment?: Environment
  /** A valid file replaced the running one. Must not throw. */
  onChange(config: Config, previous: Config): void
  /** The file is not used and the running configuration stays: told once for each content in a row. Must not throw. */
  onRejected(error: ConfigError): void
  readonly pollMilliseconds?: number
  readonly settleMilliseconds?: number
}

export interface ConfigWatch {
  /** Looks at the file now. A new content is judged when two looks in a row have found it. */
  check(): Promise<void>
  close(): void
}

type Content = { readonly identity: string; readonly bytes: Uint8Array | undefined; readonly error?: unknown }

/** Follows the configuration file while the process runs and keeps the last good one. Keeps no process alive. */
export function watchConfig(options: WatchOptions): ConfigWatch {
  const { path, pollMilliseconds = defaultPollMilliseconds, settleMilliseconds = defaultSettleMilliseconds } = options
  let running = options.current
  let judged: string | undefined
  let candidate: string | undefined
  let closed = false
  let settling: NodeJS.Timeout | undefined
  let looks: Promise<void> = Promise.resolve()

  async function look(): Promise<void> {
    if (closed) return
    const content = await readContent(path)
    if (closed) return
    if (content.identity === judged) candidate = undefined
    else if (content.identity === candidate) judge(content)
    else {
      candidate = content.identity
      lookSoon()
    }
  }

  function judge(content: Content): void {
    const isFirst = judged === undefined
    judged = content.identity
    candidate = undefined
    const outcome = evaluate(content, options, running)
    if (outcome instanceof ConfigError) return options.onRejected(outcome)
    // The first look is only there for what changed between loading the file and watching it.
    if (isFirst && isDeepStrictEqual(outcome, running)) return
    const previous = running
    running = outcome
    options.onChange(running, previous)
  }

  function check(): Promise<void> {
    looks = looks.then(look)
    return looks
  }

  function lookSoon(): void {
    settling ??= setTimeout(() => {
      settling = undefined
      void check()
    }, settleMilliseconds).unref()
  }

  const polling = setInterval(() => {
    watcher ??= watchFolder(path, lookSoon, forgetWatcher)
    void check()
  }, pollMilliseconds).unref()
  let watcher = watchFolder(path, lookSoon, forgetWatcher)
  function forgetWatcher(): void {
    watcher = undefined
  }
  void check()

  return {
    check,
    close() {
      closed = true
      clearInterval(polling)
      clearTimeout(settling)
      watcher?.close()
    },
  }
}

async function readContent(path: string): Promise<Content> {
  try {
    const bytes = await readFile(path)
    return { identity: `content ${bytes.toString('latin1')}`, bytes }
  } catch (error) {
    return { identity: `error ${String(error)}`, bytes: undefined, error }
  }
}

function evaluate(content: Content, { path, environment }: WatchOptions, running: Config): Config | ConfigError {
  if (content.bytes === undefined) return unreadable(path, content.error)
  let config: Config
  try {
    config = parseConfig(content.bytes, path, environment)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  const keys = listRestartKeys(config, running)
  if (keys.length === 0) return config
  const faults = keys.map((key) => ({ where: key, text: 'cannot change while the process runs; restart it' }))
  return new ConfigError(path, faults, 'restart_needed')
}

/**
 * Watches the folder, since a file that is replaced takes its watch along. A ConfigMap volume never touches the
 * file either: it swaps the symbolic link `..data` that the file leads through.
 */
function watchFolder(path: string, onEvent: () => void, onEnd: () => void): FSWatcher | undefined {
  const file = basename(path)
  try {
    const watcher = watch(dirname(resolve(path)), { persistent: false }, (_event, name) => {
      if (name === null || name === file || name.startsWith('..')) onEvent()
    })
    watcher.on('error', () => {
      watcher.close()
      onEnd()
    })
    return watcher
  } catch {
    // No folder, or no watches left: polling finds the change later, and tries again to watch.
    return undefined
  }
}
