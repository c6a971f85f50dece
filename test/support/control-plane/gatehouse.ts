/**
 * Gatehouse on a control plane, installed from its chart: the chart's objects, its ServiceAccount and rights, its
 * registration, and real `gatehouse serve` processes in place of the pods.
 */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { startBalancer, type Balancer } from './balancer.ts'
import type { ControlPlane } from './control-plane.ts'
import { findFreePorts } from './free-ports.ts'
import { createInstance, type Instance } from './instance.ts'
import { projectVolume } from './projected-volume.ts'
import { createRegistration, isRegistration, packageProbe, type Probe, type Registration } from './registration.ts'
import { type ChartObject, defaultRelease, pickObject, type Release, renderChart } from './render-chart.ts'
import { findServiceRoute, type ServiceRoute, serviceSpecFor } from './service-address.ts'

export interface GatehouseOptions {
  /** Over those of the chart. */
  readonly values?: object
  /** With one, it listens at the address of the Service itself; more stand behind a balancer. Default: 1. */
  readonly replicas?: number
  readonly release?: Release
  /** A write that shows whether the registration is in effect. The default needs `attached-namespaces` to speak. */
  readonly probe?: Probe
  /** Whether the registration is applied, too; else `register` does it later. Default: true. */
  readonly isRegistered?: boolean
  /** How the API server reaches it. Default: the closest to a cluster that this machine allows. */
  readonly route?: ServiceRoute
}

export interface Gatehouse extends Registration {
  readonly release: Release
  /** Everything that the chart rendered, the registration as it was applied. */
  readonly objects: readonly ChartObject[]
  readonly instances: readonly Instance[]
  /** With two replicas and more: takes one out of the Service, as the deletion of its pod would. */
  readonly balancer: Balancer | undefined
  /** A token of the admission server's own ServiceAccount. */
  readonly token: string
  /** Brings the live Secret of the certificate into the files of all processes, or of one, as the kubelet would. */
  refreshCertificate(replica?: number): Promise<void>
  /** Registration first, then the processes. The chart's other objects stay; a next installation applies them again. */
  stop(): Promise<void>
}

const Status = z.object({ status: z.object({ token: z.string() }) })
const Service = z.object({ spec: z.object({ clusterIP: z.string().optional() }) })
const Secret = z.object({ data: z.record(z.string(), z.string()) })
const ConfigMap = z.object({ data: z.object({ 'gatehouse.yaml': z.string() }) })
const Config = z.looseObject({
  facts: z.looseObject({}),
  tls: z.looseObject({}),
  server: z.looseObject({}),
})

/** Pods of the chart would stay pending: there is no node. */
const leftOut: ReadonlySet<string> = new Set(['Deployment'])

/** Installs the chart on the control plane and starts Gatehouse. It ends with `stop`, or with the control plane. */
export async function installGatehouse(plane: ControlPlane, options: GatehouseOptions = {}): Promise<Gatehouse> {
  const { values, release = defaultRelease, replicas = 1, probe = packageProbe(), isRegistered = true } = options
  const route = options.route ?? (await findServiceRoute())
  const objects = (await renderChart(values, release)).map((object) => fitRoute(object, route))
  const configurations = objects.filter(isRegistration)
  const registration = createRegistration(plane.request, configurations, probe)
  await applyObjects(plane, objects, release)

  const folder = await mkdtemp(join(plane.folder, 'gatehouse-'))
  const certificates = join(folder, 'tls')
  const secretPath = `/api/v1/namespaces/${release.namespace}/secrets/${pickObject(objects, 'Secret', '-tls').metadata.name}`
  const refreshCertificate = async (replica?: number): Promise<void> => {
    const { data } = Secret.parse(await get(plane, secretPath))
    const files = mapValues(data, (text) => Buffer.from(text, 'base64'))
    const those = replica === undefined ? Array.from({ length: replicas }, (_, index) => index) : [replica]
    for (const index of those) await projectVolume(join(certificates, `${index}`), files)
  }
  await refreshCertificate()
  const token = await createToken(plane, objects, release)
  const tokenFile = join(folder, 'token')
  await writeFile(tokenFile, token, { mode: 0o600 })

  const host = await findHost(plane, objects, release, route)
  const ports = await findFreePorts(2 * replicas)
  const { data } = ConfigMap.parse(pickObject(objects, 'ConfigMap', '-config'))
  const config = Config.parse(parse(data['gatehouse.yaml']))
  const instances = await Promise.all(
    Array.from({ length: replicas }, async (_, index): Promise<Instance> => {
      const place = join(folder, `${index}`)
      const configFile = join(place, 'gatehouse.yaml')
      const [healthPort = 0, ownPort = 0] = ports.slice(2 * index)
      const at = replicas === 1 ? { host, port: route.port } : { host: '127.0.0.1', port: ownPort }
      const snapshot = join(place, 'namespaces.json')
      const apiServer = { url: plane.url, caFile: plane.caFile, tokenFile }
      const mounted = join(certificates, `${index}`)
      const certificate = { certFile: join(mounted, 'tls.crt'), keyFile: join(mounted, 'tls.key') }
      await mkdir(place)
      // What differs from a pod is where things are, and nothing else. JSON is YAML.
      const file = {
        ...config,
        server: { ...config.server, address: at.host, port: at.port, healthAddress: '127.0.0.1', healthPort },
        facts: { ...config.facts, snapshot, apiServer },
        tls: { ...config.tls, certificate },
      }
      await writeFile(configFile, JSON.stringify(file, undefined, 2))
      return createInstance({
        processes: plane.processes,
        name: `${release.name}-${index}-${healthPort}`,
        ...at,
        healthPort,
        configFile,
      })
    }),
  )
  await Promise.all(instances.map((instance) => instance.start()))
  const behind = instances.map(({ port }) => port)
  const balancer = replicas === 1 ? undefined : await startBalancer(host, route.port, behind)
  if (isRegistered) await registration.register()
  return {
    ...registration,
    release,
    objects,
    instances,
    balancer,
    token,
    refreshCertificate,
    async stop() {
      await registration.unregister()
      await Promise.all(instances.map((instance) => instance.stop('SIGKILL')))
      await balancer?.close()
    },
  }
}

/** Applies what the chart renders besides the registration, in a namespace made for it. */
async function applyObjects(
  plane: ControlPlane,
  objects: readonly ChartObject[],
  { namespace }: Release,
): Promise<void> {
  const own = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  const wanted = objects.filter((object) => !isRegistration(object) && !leftOut.has(object.kind))
  const items = { apiVersion: 'v1', kind: 'List', items: [own, ...wanted] }
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=helm', '-f', '-']
  const { status, stderr } = await plane.kubectl(args, { input: JSON.stringify(items) })
  if (status !== 0) throw new Error(`kubectl ended with ${status}: ${stderr}`)
}

/** The same object where Service and registration are the chart's own; on other machines, with what must differ. */
function fitRoute(object: ChartObject, route: ServiceRoute): ChartObject {
  if (route.hasClusterIP && route.port === 443) return object
  if (object.kind === 'Service' && object.metadata.name.endsWith('-admission')) {
    return { ...object, spec: serviceSpecFor(route) }
  }
  if (!isRegistration(object)) return object
  const { webhooks } = z.looseObject({ webhooks: z.array(Webhook) }).parse(object)
  return {
    ...object,
    webhooks: webhooks.map(({ clientConfig, ...webhook }) => ({
      ...webhook,
      clientConfig: { ...clientConfig, service: { ...clientConfig.service, port: route.port } },
    })),
  }
}

const Webhook = z.looseObject({ clientConfig: z.looseObject({ service: z.looseObject({}) }) })

async function findHost(
  plane: ControlPlane,
  objects: readonly ChartObject[],
  { namespace }: Release,
  { hasClusterIP }: ServiceRoute,
): Promise<string> {
  if (!hasClusterIP) return '127.0.0.1'
  const { name } = pickObject(objects, 'Service', '-admission').metadata
  const { spec } = Service.parse(await get(plane, `/api/v1/namespaces/${namespace}/services/${name}`))
  if (spec.clusterIP === undefined) throw new Error(`Service ${name} has no address`)
  return spec.clusterIP
}

/** What `kubectl create token` asks for. */
async function createToken(
  plane: ControlPlane,
  objects: readonly ChartObject[],
  { namespace }: Release,
): Promise<string> {
  const { name } = pickObject(objects, 'ServiceAccount', '-admission').metadata
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`
  return Status.parse((await plane.request('POST', path, body)).body).status.token
}

async function get({ request }: ControlPlane, path: string): Promise<unknown> {
  const { status, body } = await request('GET', path)
  if (status !== 200) throw new Error(`GET ${path} was answered with ${status}`)
  return body
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}
