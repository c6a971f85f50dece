import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { stringify } from 'yaml'

import { issueCertificate } from '../tls/issue.ts'
import type { DemoScript } from './demo-script.ts'

/** A folder of its own for one run of the demo: certificates, configuration, namespaces. */
export interface DemoFolder {
  readonly path: string
  readonly config: string
  readonly caFile: string
  /** The CA certificate itself. */
  readonly ca: string
  /** Writes a file and returns its path. */
  write(name: string, text: string): string
  remove(): void
}

/** A day is enough to look at it, and nothing is left to misuse afterwards. */
const days = 1

/** Makes the folder, with a throw-away CA and a certificate for loopback in it. */
export async function makeDemoFolder({ namespaces }: DemoScript): Promise<DemoFolder> {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'))
  const remove = () => rmSync(path, { recursive: true, force: true })
  // However the process ends, as long as it ends by itself.
  process.once('exit', remove)
  const write = (name: string, text: string): string => {
    const file = join(path, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  const now = new Date()
  const ca = await issueCertificate({ commonName: 'Gatehouse demo CA', ca: true, days, now })
  const serving = await issueCertificate({
    commonName: 'gatehouse-demo',
    dnsNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
    issuer: ca,
    days,
    now,
  })
  write('tls.crt', serving.cert)
  write('tls.key', serving.key)
  write('namespaces.yaml', stringify(listOf(namespaces)))
  return { path, config: write('config.yaml', config), caFile: write('ca.crt', ca.cert), ca: ca.cert, write, remove }
}

function listOf(namespaces: DemoScript['namespaces']): object {
  const items = Object.entries(namespaces).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }))
  return { apiVersion: 'v1', kind: 'List', items }
}

// Refusals are told by the demo itself, in the words of kubectl.
const config = `settings: {rootHost: example.com}
mutators: {default-route-hostname: {mode: enforce}}
facts: {source: file, path: namespaces.yaml}
server: {address: 127.0.0.1, port: 0, healthAddress: 127.0.0.1, healthPort: 0}
tls: {certificate: {certFile: tls.crt, keyFile: tls.key}}
log: {level: error, format: text}
`
