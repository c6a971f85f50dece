import { writeFile } from 'node:fs/promises'

export interface KubeconfigContent {
  readonly url: string
  readonly ca: string
  readonly token: string
  readonly user?: string
}

/** Writes a kubeconfig with one cluster and one user. JSON is YAML. */
export async function writeKubeconfig(
  file: string,
  { url, ca, token, user = 'kubernetes-admin' }: KubeconfigContent,
): Promise<string> {
  const name = 'gatehouse-test'
  const content = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  }
  await writeFile(file, JSON.stringify(content, undefined, 2), { mode: 0o600 })
  return file
}
