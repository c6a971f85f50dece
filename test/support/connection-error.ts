/**
 * Whether a connection broke before its handshake was done, so that no request was on it. A kernel resets what it
 * has established and nobody takes any more; whoever asked goes to another replica, as if refused.
 */
export function isBeforeRequest(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return ('syscall' in error && error.syscall === 'connect') || error.message.includes('before secure TLS connection')
}
