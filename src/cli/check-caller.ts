import type { Caller } from '../tenancy/trust.ts'

const authenticated = 'system:authenticated'
const serviceAccount = 'system:serviceaccount:'

/** Somebody who is signed in and whom nobody trusts: a tenant. */
const untrusted = 'untrusted-user'

/** The caller that an API server makes of `--as` and `--as-group`, which are kubectl's own options. */
export function callerOf(username: string = untrusted, groups: readonly string[] = []): Caller {
  const own = groups.length === 0 ? groupsOfServiceAccount(username) : groups
  return { username, groups: [...new Set([...own, authenticated])] }
}

/** Impersonating a service account without naming groups brings in those that it always has. */
function groupsOfServiceAccount(username: string): readonly string[] {
  if (!username.startsWith(serviceAccount)) return []
  const [namespace = ''] = username.slice(serviceAccount.length).split(':')
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}
