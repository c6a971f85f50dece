/** `gatehouse reconcile` as the chart's Deployment runs it: its configuration, its ServiceAccount, its rights. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import { writeKubeconfig } from '../../support/control-plane/kubeconfig.ts'
import { pickObject } from '../../support/control-plane/render-chart.ts'
import type { ServiceRoute } from '../../support/control-plane/service-address.ts'
import { waitUntil } from '../../support/control-plane/wait-until.ts'
import type { Stage } from './stage.ts'

const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const preload = fileURLToPath(new URL('../../support/resolve-service.mjs', import.meta.url))
/** Each run is a process of its own, with a log of its own. */
let runs = 0

const ConfigMap = z.object({ data: z.object({ 'gatehouse.yaml': z.string() }) })
const Config = z.looseObject({
  server: z.looseObject({}),
  controller: z.looseObject({ webhook: z.looseObject({ service: z.looseObject({}) }) }),
})
const Token = z.object({ status: z.object({ token: z.string() }) })
const Service = z.object({ spec: z.object({ clusterIP: z.string() }) })

export interface ControllerOptions {
  readonly route: ServiceRoute
  /** By which the pods are dialled. */
  readonly podPort: number
  /** Over the `controller.webhook` of the chart. */
  readonly webhook?: object
}

export interface ControllerProcess {
  /** Ends it as its Deployment would; it gives the Lease back. */
  stop(): Promise<void>
}

/** Starts it and waits until it works on the certificates. */
export async function startController(stage: Stage, options: ControllerOptions): Promise<ControllerProcess> {
  const { plane, gatehouse } = stage
  const name = `controller-${++runs}`
  const { objects, release } = gatehouse
  const config = Config.parse(
    parse(ConfigMap.parse(pickObject(objects, 'ConfigMap', '-config')).data['gatehouse.yaml']),
  )
  const { webhook } = config.controller
  const service = { ...webhook.service, port: options.route.port }
  const file = {
    ...config,
    server: { ...config.server, port: options.podPort, healthAddress: '127.0.0.1', healthPort: 0 },
    controller: { ...config.controller, webhook: { ...webhook, ...options.webhook, service } },
  }
  const configFile = join(plane.folder, 'controller.json')
  await writeFile(configFile, JSON.stringify(file))
  const core = `/api/v1/namespaces/${release.namespace}`
  const account = pickObject(objects, 'ServiceAccount', '-controller').metadata.name
  const created = await plane.request('POST', `${core}/serviceaccounts/${account}/token`, { spec: {} })
  const { token } = Token.parse(created.body).status
  const { url, ca } = plane
  const kubeconfig = await writeKubeconfig(join(plane.folder, 'controller.kubeconfig'), { url, ca, token })
  const serviceName = pickObject(objects, 'Service', '-admission').metadata.name
  const { body } = await plane.request('GET', `${core}/services/${serviceName}`)
  const lines = async (): Promise<readonly string[]> => (await plane.processes.output(name, 'out')).split('\n')
  await plane.processes.start({
    name,
    command: process.execPath,
    args: ['--import', preload, main, 'reconcile', '--config', configFile, '--kubeconfig', kubeconfig],
    env: { GATEHOUSE_TEST_SERVICE: Service.parse(body).spec.clusterIP, NODE_OPTIONS: '' },
  })
  await waitUntil('the controller has started', async () => {
    const ending = plane.processes.endingOf(name)
    if (ending !== undefined) throw new Error(`it ended with ${ending.code}: ${await plane.processes.output(name)}`)
    return (await lines()).some((line) => line.includes('"msg":"Started"')) || undefined
  })
  return {
    stop: async () => void (await plane.processes.stop(name)),
  }
}
