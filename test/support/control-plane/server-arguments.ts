/** Command lines of the servers. Source: reference/control-plane.md section 4. */
import { join } from 'node:path'
import type { Pki } from './pki.ts'

/**
 * Service addresses: all of 127.0.0.0/8 is loopback on Linux, so a process of the test can listen on the very
 * address of its Service (section 5).
 */
const serviceRange = '127.96.0.0/16'

export interface Place {
  readonly folder: string
  readonly pki: Pki
  readonly ports: { readonly client: number; readonly peer: number; readonly api: number }
}

export function etcdArguments({ folder, ports }: Place): readonly string[] {
  const client = `http://127.0.0.1:${ports.client}`
  const peer = `http://127.0.0.1:${ports.peer}`
  return [
    '--name=e',
    `--data-dir=${join(folder, 'etcd')}`,
    // The data never outlives the run.
    '--unsafe-no-fsync',
    '--log-level=warn',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=e=${peer}`,
  ]
}

export function apiServerArguments({ folder, pki, ports }: Place): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    `--cert-dir=${join(folder, 'apiserver')}`,
    `--tls-cert-file=${pki.certFile}`,
    `--tls-private-key-file=${pki.keyFile}`,
    `--token-auth-file=${pki.tokensFile}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${pki.serviceAccountKeyFile}`,
    `--service-account-signing-key-file=${pki.serviceAccountKeyFile}`,
    `--service-cluster-ip-range=${serviceRange}`,
    // The default would try to publish a loopback address as endpoint, which is refused, and log that for ever.
    '--endpoint-reconciler-type=none',
    '--authorization-mode=RBAC',
    '--allow-privileged=true',
    // Otherwise a stop waits up to a minute for watches to end by themselves.
    '--shutdown-watch-termination-grace-period=1s',
  ]
}

export function controllerManagerArguments({ pki }: Place, kubeconfig: string): readonly string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${pki.serviceAccountKeyFile}`,
    `--root-ca-file=${pki.caFile}`,
    // Nobody asks for its metrics, and one port less can be taken.
    '--secure-port=0',
    // With the default of 20 a second it makes the accounts of its controllers one after the other, for five seconds.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
  ]
}
