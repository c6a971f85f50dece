import { type FSWatcher, watch } from 'node:fs'
import { resolve } from 'node:path'

export interface FolderWatch {
  /** Tries again to watch the folders that are not watched. */
  renew(): void
  close(): void
}

/**
 * Calls back on every event in these folders. Folders, since a file that is replaced takes its watch along, and a
 * Secret volume never touches its files: it swaps the link `..data` that they lead through (reference/tls.md 1.11).
 */
export function watchFolders(folders: ReadonlySet<string>, onEvent: () => void): FolderWatch {
  const watchers = new Map<string, FSWatcher>()

  function renew(): void {
    for (const folder of folders) {
      if (watchers.has(folder)) continue
      try {
        const watcher = watch(resolve(folder), { persistent: false }, onEvent)
        watchers.set(folder, watcher)
        watcher.on('error', () => {
          watcher.close()
          watchers.delete(folder)
        })
      } catch {
        // No folder, or no watches left: whoever polls finds the change later.
      }
    }
  }

  renew()
  return {
    renew,
    close() {
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
