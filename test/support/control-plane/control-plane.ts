/**
 * A real control plane for tests: etcd, kube-apiserver and kube-controller-manager as plain processes on loopback,
 * with RBAC, in a temporary folder. No container, no kubelet. Source: reference/control-plane.md.
 */
import { join } from 'node:path'
import { type ApiRequest, createApiClient } from './api-request.ts'
import { findFreePorts } from './free-ports.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { createKubectl, type Kubectl } from './kubectl.ts'
import { writePki } from './pki.ts'
import { keepProcesses, type Processes } from './processes.ts'
import { apiServerArguments, controllerManagerArguments, etcdArguments, type Place } from './server-arguments.ts'
import { controlPlaneTools, ensureTools } from './tools.ts'
import { waitUntil } from './wait-until.ts'

export interface ControlPlaneOptions {
  /** Without it namespaces never finish deleting, and ServiceAccounts named default are not made. Default: true. */
  readonly controllerManager?: boolean
  /** More flags for the API server. */
  readonly apiServer?: readonly string[]
}

export interface ControlPlane {
  readonly url: string
  readonly ca: string
  readonly caFile: string
  /** Of a user in system:masters. */
  readonly kubeconfig: string
  readonly adminToken: string
  /** Goes away with the control plane; a place for files of the test. */
  readonly folder: string
  readonly kubectl: Kubectl
  readonly request: ApiRequest
  /** For more processes that must end with the control plane. */
  readonly processes: Processes
  /** Ends the API server and starts it again at the same address, with all data. */
  restartApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  stopApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Starts it after `stopApiServer`, and waits until it is ready. */
  startApiServer(): Promise<void>
  /** Stops etcd in the middle of whatever it does; it goes on with `resumeEtcd`. */
  pauseEtcd(): Promise<void>
  resumeEtcd(): Promise<void>
  /** Ends everything and removes the folder. */
  stop(): Promise<void>
}

/** A port that was free a moment ago may be taken by the time a server binds it. */
const attempts = 3

/** Starts one and waits until it is ready. It ends with `stop`, or with the process that started it. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const tools = await ensureTools(controlPlaneTools)
  for (let attempt = 1; ; attempt++) {
    const processes = await keepProcesses()
    try {
      return await startServers(processes, tools, options)
    } catch (error) {
      await processes.end()
      if (attempt === attempts || !(error instanceof Error) || !error.message.includes('address already in use'))
        throw error
    }
  }
}

type Tools = Readonly<Record<(typeof controlPlaneTools)[number], string>>

async function startServers(
  processes: Processes,
  tools: Tools,
  { controllerManager = true, apiServer = [] }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const { folder } = processes
  const [pki, [client = 0, peer = 0, api = 0]] = await Promise.all([writePki(join(folder, 'pki')), findFreePorts(3)])
  const place: Place = { folder, pki, ports: { client, peer, api } }
  const url = `https://127.0.0.1:${api}`
  const { request, close } = createApiClient(url, pki.ca, pki.adminToken)

  const startApiServer = async (): Promise<void> => {
    const args = [...apiServerArguments(place), ...apiServer]
    await processes.start({ name: 'kube-apiserver', command: tools['kube-apiserver'], args })
    await becomesTrue(processes, 'kube-apiserver', () => answersOk(request, '/readyz'))
  }
  const stopApiServer = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    await processes.stop('kube-apiserver', signal)
  }

  try {
    await processes.start({ name: 'etcd', command: tools.etcd, args: etcdArguments(place) })
    await becomesTrue(processes, 'etcd', () => isHealthy(client))
    await startApiServer()
    // Made by a loop of the API server that does not count for its readiness.
    await becomesTrue(processes, 'kube-apiserver', () => answersOk(request, '/api/v1/namespaces/default'))
    if (controllerManager) {
      const own = join(folder, 'kube-controller-manager.kubeconfig')
      await writeKubeconfig(own, { url, ca: pki.ca, token: pki.controllerManagerToken, user: 'kcm' })
      const args = controllerManagerArguments(place, own)
      await processes.start({ name: 'kube-controller-manager', command: tools['kube-controller-manager'], args })
      await becomesTrue(processes, 'kube-controller-manager', () =>
        answersOk(request, '/api/v1/namespaces/default/serviceaccounts/default'),
      )
    }
  } catch (error) {
    close()
    throw error
  }
  const kubeconfig = await writeKubeconfig(join(folder, 'admin.kubeconfig'), { url, ca: pki.ca, token: pki.adminToken })
  return {
    url,
    ca: pki.ca,
    caFile: pki.caFile,
    kubeconfig,
    adminToken: pki.adminToken,
    folder,
    kubectl: createKubectl(tools.kubectl, kubeconfig, folder),
    request,
    processes,
    startApiServer,
    stopApiServer,
    async restartApiServer(signal) {
      await stopApiServer(signal)
      await startApiServer()
    },
    pauseEtcd: () => processes.signal('etcd', 'SIGSTOP'),
    resumeEtcd: () => processes.signal('etcd', 'SIGCONT'),
    async stop() {
      close()
      await processes.end()
    },
  }
}

/** Waits for a sign of life, and gives up at once where the process ends instead. */
async function becomesTrue(processes: Processes, name: string, isSo: () => Promise<boolean>): Promise<void> {
  try {
    await waitUntil(
      `${name} is ready`,
      async () => {
        const ending = processes.endingOf(name)
        if (ending !== undefined) throw new Error(`${name} ended with ${ending.code ?? ending.signal}`)
        return (await isSo()) || undefined
      },
      { seconds: 60, everyMs: 20 },
    )
  } catch (error) {
    const output = await processes.output(name)
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${output.slice(-2_000)}`, {
      cause: error,
    })
  }
}

async function isHealthy(etcdPort: number): Promise<boolean> {
  try {
    const { ok, body } = await fetch(`http://127.0.0.1:${etcdPort}/health`, { signal: AbortSignal.timeout(5_000) })
    await body?.cancel()
    return ok
  } catch {
    return false
  }
}

async function answersOk(request: ApiRequest, path: string): Promise<boolean> {
  try {
    return (await request('GET', path)).status === 200
  } catch {
    return false
  }
}
