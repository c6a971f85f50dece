/** What `/readyz` says: every check by its name, and whether all of them are good. */
import type { CertificateSource } from './ports.ts'
import type { Traffic } from './traffic.ts'

/** A check says whether it is good, and what else helps the reader. */
export interface CheckResult {
  readonly ok: boolean
  readonly [detail: string]: boolean | number | string | null
}

export type Checks = Readonly<Record<string, () => CheckResult>>

export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, CheckResult>>
}

/** Asks every check. One that throws is not good; why is not for everybody who can reach the port. */
export function assessReadiness(checks: Checks): Readiness {
  const results = Object.entries(checks).map(([name, check]) => [name, ask(check)] as const)
  return { ready: results.every(([, { ok }]) => ok), checks: Object.fromEntries(results) }
}

function ask(check: () => CheckResult): CheckResult {
  try {
    return check()
  } catch {
    return { ok: false }
  }
}

/** Good once the webhook port accepts connections. */
export function listeningCheck(server: { readonly listening: boolean }): () => CheckResult {
  return () => ({ ok: server.listening })
}

/** Good while the certificate in service is valid. */
export function certificateCheck(source: CertificateSource, now: () => Date = () => new Date()): () => CheckResult {
  return () => {
    const { notBefore, notAfter } = source.current()
    const at = now()
    return {
      ok: notBefore <= at && at < notAfter,
      notBefore: notBefore.toISOString(),
      notAfter: notAfter.toISOString(),
    }
  }
}

/** Good until the drain begins. */
export function drainingCheck(traffic: Traffic): () => CheckResult {
  return () => ({ ok: !traffic.draining, inFlight: traffic.inFlight() })
}
