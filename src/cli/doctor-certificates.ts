import type { X509Certificate } from 'node:crypto'
import { isForbidden } from '../cluster/kube-error.ts'
import type { LiveConfiguration } from '../coverage/live.ts'
import type { HandshakeProbe, SecretStore } from '../reconcile/installation-ports.ts'
import { findChain } from '../tls/chain.ts'
import { isCovered } from '../tls/covers.ts'
import { parseCertificate, readCertificates } from '../tls/pem.ts'
import { ok, untried, wrong, type Finding } from './doctor-finding.ts'

export interface CertificateFacts {
  readonly secrets: SecretStore
  readonly tlsSecret: string | undefined
  /** The name that API servers call. */
  readonly serverName: string
  readonly configurations: readonly LiveConfiguration[]
  readonly probe: HandshakeProbe
  readonly signal: AbortSignal
  readonly now: Date
}

const dayMs = 86_400_000
/** Renewed at two thirds: four fifths means that it was not. */
const overdueShare = 0.8
const seeDocs = 'see docs/certificates.md'

/** The certificate in its Secret, the one that is served, and whether API servers trust either. */
export async function examineCertificates(facts: CertificateFacts): Promise<readonly Finding[]> {
  const inSecret = await readServed(facts)
  const findings = 'status' in inSecret ? [inSecret] : examineLeaf(inSecret, facts)
  const leaf = 'status' in inSecret ? undefined : inSecret.leaf
  return [...findings, await examineService(leaf, facts)]
}

/** What the Secret holds to be served. */
interface Served {
  readonly leaf: X509Certificate
  readonly intermediates: readonly X509Certificate[]
}

async function readServed({ secrets, tlsSecret, signal }: CertificateFacts): Promise<Served | Finding> {
  if (tlsSecret === undefined) {
    return untried('certificates', 'No Secret is named in the configuration', 'Set `controller.webhook.tlsSecret`')
  }
  try {
    const secret = await secrets.read(tlsSecret, signal)
    if (secret === undefined) {
      return wrong('certificates', `There is no Secret ${tlsSecret}`, `Look at the logs of who issues it; ${seeDocs}`)
    }
    const pem = secret.data['tls.crt'] ?? ''
    const leaf = parseCertificate(pem)
    if (leaf !== undefined) return { leaf, intermediates: readCertificates(pem).certificates.slice(1) }
    const text = `There is no certificate in \`tls.crt\` of the Secret ${tlsSecret}`
    return wrong('certificates', text, `Delete the Secret, and it is issued again; ${seeDocs}`)
  } catch (error) {
    if (isForbidden(error)) {
      const remedy = 'Call doctor as somebody who may read it'
      return untried('certificates', `The Secret ${tlsSecret} may not be read by you`, remedy)
    }
    throw error
  }
}

function examineLeaf({ leaf, intermediates }: Served, facts: CertificateFacts): readonly Finding[] {
  const { serverName, now, tlsSecret, configurations } = facts
  const findings: Finding[] = []
  const daysLeft = Math.floor((leaf.validToDate.getTime() - now.getTime()) / dayMs)
  const lifeMs = leaf.validToDate.getTime() - leaf.validFromDate.getTime()
  const share = (now.getTime() - leaf.validFromDate.getTime()) / lifeMs
  const until = leaf.validToDate.toISOString().slice(0, 10)
  const issuer = 'Look at the logs of who issues it, in mode `self` of the controller'
  if (share >= 1) {
    findings.push(wrong('certificates', `The certificate in ${tlsSecret} expired on ${until}`, issuer))
  } else if (share >= overdueShare) {
    const text = `The certificate in ${tlsSecret} ends on ${until}, in ${daysLeft} days, and was not renewed`
    findings.push(wrong('certificates', text, issuer))
  } else {
    findings.push(ok('certificates', `The certificate in ${tlsSecret} is good until ${until}, for ${daysLeft} days`))
  }
  if (!isCovered(leaf, serverName)) {
    const text = `The certificate in ${tlsSecret} does not cover ${serverName}, by which API servers call`
    findings.push(wrong('certificates', text, issuer))
  }
  const distrusting = configurations
    .flatMap(({ webhooks }) => webhooks)
    .filter(
      ({ caBundle }) =>
        findChain(leaf, { intermediates, roots: readCertificates(caBundle).certificates }) === undefined,
    )
    .map(({ name }) => name)
  if (distrusting.length > 0) {
    const text = `The caBundle does not verify the certificate in ${tlsSecret}: ${distrusting.join(', ')}`
    findings.push(wrong('certificates', text, `${issuer}; ${seeDocs}`))
  }
  return findings
}

async function examineService(leaf: X509Certificate | undefined, facts: CertificateFacts): Promise<Finding> {
  const { configurations, probe, serverName, signal } = facts
  const bundles = new Set(configurations.flatMap(({ webhooks }) => webhooks.map(({ caBundle }) => caBundle)))
  const [caBundle] = bundles
  if (caBundle === undefined || caBundle === '') {
    return untried('certificates', 'What is served was not verified: there is no caBundle to do so with', seeDocs)
  }
  try {
    const shown = await Promise.all(Array.from(bundles, (bundle) => probe.verifyService(bundle, signal)))
    if (leaf === undefined || shown.some(({ serial }) => serial === leaf.serialNumber)) {
      return ok('certificates', `${serverName} serves a certificate that every caBundle verifies`)
    }
    const text = `${serverName} serves a certificate other than the one in the Secret`
    return wrong('certificates', text, 'Wait two minutes for the kubelet, then look at the logs of `gatehouse serve`')
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    if (/ENOTFOUND|EAI_AGAIN/.test(why)) {
      const remedy = 'Call doctor in a pod of the controller: names of Services mean nothing elsewhere'
      return untried('certificates', `What ${serverName} serves cannot be seen from here`, remedy)
    }
    return wrong('certificates', `${serverName} cannot be verified: ${why}`, 'Look at the pods behind the Service')
  }
}
