/**
 * A real Gateway controller beside the control plane: real statuses, and real HTTP on loopback. Source:
 * reference/control-plane.md section 10.
 */
import { writeFile } from 'node:fs/promises'
import { request as sendRequest } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import type { ControlPlane } from './control-plane.ts'
import { findFreePorts } from './free-ports.ts'
import { ensureTool } from './tools.ts'
import { waitUntil } from './wait-until.ts'

export interface GatewayController {
  /** Of the one entry point: a listener with this port is served. */
  readonly port: number
  /** For `spec.gatewayClassName`. */
  readonly gatewayClass: string
  /** GET with this Host: the status, and where a redirect leads. */
  get(host: string, path: string): Promise<{ readonly status: number; readonly location: string | undefined }>
  stop(): Promise<void>
}

const gatewayClass = 'traefik'
const classPath = '/apis/gateway.networking.k8s.io/v1/gatewayclasses'
const Accepted = z.object({
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })) }),
})

/** Starts Traefik for the Gateways of the control plane and waits until its class is accepted. */
export async function startTraefik(plane: ControlPlane): Promise<GatewayController> {
  const command = await ensureTool('traefik')
  const [port = 0] = await findFreePorts(1)
  const file = join(plane.folder, 'traefik.yaml')
  // JSON is YAML.
  await writeFile(file, JSON.stringify(settingsFor(port)))
  await plane.processes.start({
    name: 'traefik',
    command,
    // A file in the user's own folders would win over options, and nothing wins over one that is named.
    args: [`--configFile=${file}`],
    env: { KUBECONFIG: plane.kubeconfig },
  })
  const created = await plane.request('POST', classPath, {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: gatewayClass },
    spec: { controllerName: 'traefik.io/gateway-controller' },
  })
  if (created.status !== 201) throw new Error(`The GatewayClass was answered with ${JSON.stringify(created.body)}`)
  await waitUntil('Traefik accepts its class', async () => {
    const ending = plane.processes.endingOf('traefik')
    if (ending !== undefined) throw new Error(`Traefik ended: ${await plane.processes.output('traefik', 'out')}`)
    const { body } = await plane.request('GET', `${classPath}/${gatewayClass}`)
    const conditions = Accepted.safeParse(body).data?.status.conditions ?? []
    return conditions.find(({ type, status }) => type === 'Accepted' && status === 'True')
  })
  return {
    port,
    gatewayClass,
    get: (host, path) => getFrom(port, host, path),
    stop: async () => void (await plane.processes.stop('traefik', 'SIGKILL')),
  }
}

function settingsFor(port: number): object {
  return {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    entryPoints: { web: { address: `127.0.0.1:${port}` } },
    // The default gathers changes for two seconds.
    providers: { providersThrottleDuration: '100ms', kubernetesGateway: {} },
  }
}

function getFrom(port: number, host: string, path: string): ReturnType<GatewayController['get']> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers: { host }, signal: AbortSignal.timeout(10_000) }
    const sent = sendRequest(options, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location })
    })
    sent.on('error', reject)
    sent.end()
  })
}
