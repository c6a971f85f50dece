/** The two Secrets of Gatehouse's own certificates and the bundles that API servers trust, as they are now. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { issueCertificate } from '../../../src/tls/issue.ts'
import { readCertificates } from '../../../src/tls/pem.ts'
import { pickObject } from '../../support/control-plane/render-chart.ts'
import { readSecret, type Stage, trustOf } from './stage.ts'

/** Data of a Secret. */
export async function readLiveSecret(
  stage: Stage,
  ending: '-ca' | '-tls',
): Promise<Readonly<Record<string, string>> & { readonly version: string }> {
  const { status, body } = await stage.plane.request('GET', secretPath(stage, ending))
  assert.equal(status, 200, JSON.stringify(body))
  const { metadata } = z.object({ metadata: z.object({ resourceVersion: z.string() }) }).parse(body)
  return { ...readSecret(body), version: metadata.resourceVersion }
}

export async function readLeaf(stage: Stage): Promise<X509Certificate> {
  return new X509Certificate((await readLiveSecret(stage, '-tls'))['tls.crt'] ?? '')
}

export interface Life {
  /** When it was issued, for all that the certificate says. */
  readonly since: Date
  readonly lifetimeMs: number
}

/** Signs a leaf by the present CA and writes it into its Secret; pods learn of it later. */
export async function replaceLeaf(stage: Stage, { since, lifetimeMs }: Life): Promise<X509Certificate> {
  const ca = await readLiveSecret(stage, '-ca')
  const issuer = { cert: ca['tls.crt'] ?? '', key: ca['tls.key'] ?? '' }
  const { servername } = trustOf(stage.gatehouse)
  const [name = '', namespace = ''] = servername.split('.')
  const dnsNames = [servername, `${servername}.cluster.local`, `${name}.${namespace}`, name]
  const { cert, key } = await issueCertificate({ commonName: 'Gatehouse', dnsNames, issuer, lifetimeMs, now: since })
  const data = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': issuer.cert }
  const { status, body } = await stage.plane.request('PATCH', secretPath(stage, '-tls'), { stringData: data })
  assert.equal(status, 200, JSON.stringify(body))
  return new X509Certificate(cert)
}

const Registered = z.object({ webhooks: z.array(z.object({ clientConfig: z.object({ caBundle: z.string() }) })) })

/** The different bundles of all webhooks, each as the fingerprints of its CAs. */
export async function readBundles({ plane, gatehouse }: Stage): Promise<readonly (readonly string[])[]> {
  const { name } = pickObject(gatehouse.objects, 'ValidatingWebhookConfiguration').metadata
  const group = '/apis/admissionregistration.k8s.io/v1'
  const { status, body } = await plane.request('GET', `${group}/validatingwebhookconfigurations/${name}`)
  assert.equal(status, 200, JSON.stringify(body))
  const bundles = new Set(Registered.parse(body).webhooks.map(({ clientConfig }) => clientConfig.caBundle))
  return Array.from(bundles, (bundle) => fingerprintsOf(Buffer.from(bundle, 'base64').toString()))
}

function fingerprintsOf(pem: string): readonly string[] {
  return readCertificates(pem).certificates.map(({ fingerprint256 }) => fingerprint256)
}

function secretPath({ gatehouse: { objects, release } }: Stage, ending: '-ca' | '-tls'): string {
  return `/api/v1/namespaces/${release.namespace}/secrets/${pickObject(objects, 'Secret', ending).metadata.name}`
}
