import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder in the user's cache that outlives checkouts and is shared by them. */
export function findCacheFolder(): string {
  return join(findUserCache(), 'gatehouse')
}

function findUserCache(): string {
  const named = process.env['XDG_CACHE_HOME']
  // The XDG base directory specification has relative paths ignored.
  if (named?.startsWith('/')) return named
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache')
}
