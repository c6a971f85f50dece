import type { Settings } from './settings.ts'

/** The caller as the API server authenticated it, impersonation already applied. */
export interface Caller {
  readonly username: string
  readonly groups: readonly string[]
}

/**
 * Whether the caller may change tenant hosts and protected labels: by a group in exact case, or by a user
 * name on the list. A user name proves nothing else (reference/tenant-gateways.md 2.1, "Trusted callers").
 */
export function isTrusted(caller: Caller, settings: Pick<Settings, 'trustedGroups' | 'trustedUsers'>): boolean {
  return (
    caller.groups.some((group) => settings.trustedGroups.includes(group)) ||
    settings.trustedUsers.includes(caller.username)
  )
}
