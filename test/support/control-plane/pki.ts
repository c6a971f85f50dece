/** Certificates, keys and tokens of one control plane. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { issueCertificate } from '../../../src/tls/issue.ts'

export interface Pki {
  readonly ca: string
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  /** Signs the tokens of ServiceAccounts. */
  readonly serviceAccountKeyFile: string
  /** Fixed tokens of users, in the format of `--token-auth-file`. */
  readonly tokensFile: string
  readonly adminToken: string
  readonly controllerManagerToken: string
}

const days = 2

/** Writes everything that the API server and its clients sign in with. Clients have tokens in place of certificates. */
export async function writePki(folder: string): Promise<Pki> {
  const now = new Date()
  const ca = await issueCertificate({ commonName: 'Gatehouse test control plane', ca: true, days, now })
  const server = await issueCertificate({
    commonName: 'kube-apiserver',
    dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
    ipAddresses: ['127.0.0.1'],
    issuer: ca,
    days,
    now,
  })
  const serviceAccount = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const adminToken = randomBytes(24).toString('hex')
  const controllerManagerToken = randomBytes(24).toString('hex')
  const tokens = [
    `${adminToken},kubernetes-admin,kubernetes-admin,system:masters`,
    `${controllerManagerToken},system:kube-controller-manager,system:kube-controller-manager`,
  ]
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const write = async (name: string, text: string): Promise<string> => {
    const file = join(folder, name)
    await writeFile(file, text, { mode: 0o600 })
    return file
  }
  return {
    ca: ca.cert,
    caFile: await write('ca.crt', ca.cert),
    certFile: await write('apiserver.crt', server.cert),
    keyFile: await write('apiserver.key', server.key),
    // The API server reads SEC 1, which is what openssl writes, too.
    serviceAccountKeyFile: await write('sa.key', serviceAccount.export({ type: 'sec1', format: 'pem' }).toString()),
    tokensFile: await write('tokens.csv', tokens.map((line) => `${line}\n`).join('')),
    adminToken,
    controllerManagerToken,
  }
}
