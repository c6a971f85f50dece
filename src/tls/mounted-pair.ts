/** The pair in mounted files: loaded at start, swapped when the files change, the last good one kept. */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import type { CertificateSource, KeyPair } from '../server/ports.ts'
import type { PairDemands, PairText } from './check-pair.ts'
import { checkPairOf, type KeyPairFiles, readPair } from './key-pair.ts'
import { watchFolders } from './watch-folders.ts'

/** File events can be missing (network file systems, a folder that was replaced): looked at this often anyway. */
const defaultPollMilliseconds = 10_000
/** Whoever writes both files one after the other is done by then. */
const defaultSettleMilliseconds = 100

export interface FollowOptions {
  /** A new pair is in service. Must not throw. */
  onSwapped(pair: KeyPair): void
  /** The files are not used and the last good pair stays: told once for each content in a row. Must not throw. */
  onRejected(error: Error): void
  readonly pollMilliseconds?: number
  readonly settleMilliseconds?: number
  readonly now?: () => Date
}

export interface PairWatch {
  /** Looks at the files now. A new content is judged when two looks in a row have found it. */
  check(): void
  close(): void
}

export interface MountedPair extends CertificateSource {
  /** Follows the files from now on. Keeps no process alive. */
  follow(options: FollowOptions): PairWatch
}

/** Loads the pair; an expired one will do, so that the health port can say so. Throws a `PairError`. */
export function openKeyPair(files: KeyPairFiles, demands: Omit<PairDemands, 'at'> = {}): MountedPair {
  const loaded = readPair(files)
  let pair = checkPairOf(files, loaded, demands)
  const listeners = new Set<() => void>()

  /** Takes the pair into service, or throws and leaves the one before where a listener cannot use it. */
  function swap(changed: KeyPair): void {
    const previous = pair
    pair = changed
    try {
      for (const listener of listeners) listener()
    } catch (error) {
      pair = previous
      for (const listener of listeners) listener()
      throw error
    }
  }

  return {
    current: () => pair,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    follow: (options) => follow(files, demands, { loaded, current: () => pair, swap }, options),
  }
}

interface Service {
  /** What `current` was made of at first. */
  readonly loaded: PairText
  current(): KeyPair
  swap(pair: KeyPair): void
}

type Content =
  | { readonly identity: string; readonly text: PairText }
  | { readonly identity: string; readonly error: Error }

function follow(
  files: KeyPairFiles,
  demands: Omit<PairDemands, 'at'>,
  service: Service,
  options: FollowOptions,
): PairWatch {
  const { pollMilliseconds = defaultPollMilliseconds, settleMilliseconds = defaultSettleMilliseconds } = options
  const { now = () => new Date() } = options
  let served = identify(service.loaded)
  let rejected: string | undefined
  let candidate: string | undefined
  let closed = false
  let settling: NodeJS.Timeout | undefined

  function check(): void {
    if (closed) return
    const content = readContent(files)
    if (content.identity === served) {
      rejected = candidate = undefined
    } else if (content.identity === candidate) {
      judge(content)
    } else {
      candidate = content.identity
      lookSoon()
    }
  }

  /** What was refused is judged again at every look: a certificate of the future has its time, too. */
  function judge(content: Content): void {
    try {
      if ('error' in content) throw content.error
      const pair = checkPairOf(files, content.text, { ...demands, at: now() })
      const { cert, key } = service.current()
      // Another CA beside the same pair is nothing new to serve.
      const isChanged = pair.cert !== cert || pair.key !== key
      if (isChanged) service.swap(pair)
      served = content.identity
      rejected = undefined
      if (isChanged) options.onSwapped(pair)
    } catch (error) {
      if (rejected === content.identity) return
      rejected = content.identity
      options.onRejected(error instanceof Error ? error : new Error(String(error)))
    }
  }

  function lookSoon(): void {
    settling ??= setTimeout(() => {
      settling = undefined
      check()
    }, settleMilliseconds).unref()
  }

  const watch = watchFolders(new Set([files.certFile, files.keyFile].map((file) => dirname(file))), lookSoon)
  const polling = setInterval(() => {
    watch.renew()
    check()
  }, pollMilliseconds).unref()
  check()

  return {
    check,
    close() {
      closed = true
      clearInterval(polling)
      clearTimeout(settling)
      watch.close()
    },
  }
}

function readContent(files: KeyPairFiles): Content {
  try {
    const text = readPair(files)
    return { identity: identify(text), text }
  } catch (error) {
    return { identity: String(error), error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** A hash stands for the content: the key need not be held twice. */
function identify({ cert, key, ca }: PairText): string {
  return createHash('sha256')
    .update(JSON.stringify([cert, key, ca]))
    .digest('base64')
}
