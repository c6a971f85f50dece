/**
 * `gatehouse reconcile` and `gatehouse doctor` on a real API server, with the ServiceAccount and the rights that the
 * chart gives: a leader of two, certificates from nothing, a change of the CA with pods that lag, gaps in the
 * registration. Pods are real `gatehouse serve` processes on loopback addresses, and the test is their kubelet.
 */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect } from 'node:tls'
import { parse } from 'yaml'
import { z } from 'zod'
import { startControlPlane, type ControlPlane } from '../support/control-plane/control-plane.ts'
import { findFreePorts } from '../support/control-plane/free-ports.ts'
import { createInstance } from '../support/control-plane/instance.ts'
import { writeKubeconfig } from '../support/control-plane/kubeconfig.ts'
import { projectVolume } from '../support/control-plane/projected-volume.ts'
import { pickObject, renderChart, type ChartObject } from '../support/control-plane/render-chart.ts'
import { findServiceRoute } from '../support/control-plane/service-address.ts'
import { ensureTools, whySkipped } from '../support/control-plane/tools.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { runGatehouse, type Ended } from '../support/run-gatehouse.ts'

const namespace = 'gatehouse-system'
const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const preload = fileURLToPath(new URL('../support/resolve-service.mjs', import.meta.url))
const labels = {
  'app.kubernetes.io/name': 'gatehouse',
  'app.kubernetes.io/instance': 'gatehouse',
  'app.kubernetes.io/component': 'admission',
}
const hosts = { one: '127.77.4.1', two: '127.77.4.2' } as const
type PodName = keyof typeof hosts

const Secret = z.object({ data: z.record(z.string(), z.string()) })
const Registered = z.object({
  webhooks: z.array(z.object({ name: z.string(), clientConfig: z.object({ caBundle: z.string().default('') }) })),
})
const Service = z.object({ spec: z.object({ clusterIP: z.string() }) })
const Token = z.object({ status: z.object({ token: z.string() }) })
const Lease = z.object({ spec: z.object({ holderIdentity: z.string().default('') }) })
const Events = z.object({ items: z.array(z.object({ reason: z.string(), note: z.string().default('') })) })
const Findings = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ check: z.string(), status: z.string(), text: z.string(), remedy: z.string().optional() }),
  ),
})

const skip = (await whySkipped(['etcd', 'kube-apiserver', 'kubectl', 'helm'])) || (await whyNoRoute())

let plane: ControlPlane
let configFile: string
let kubeconfig: string
let serviceAddress: string
let config: z.infer<typeof Config>
const Config = z.looseObject({
  server: z.looseObject({ port: z.int() }),
  controller: z.looseObject({ webhook: z.looseObject({ service: z.looseObject({}) }) }),
})

async function whyNoRoute(): Promise<string | false> {
  return (await findServiceRoute()).hasClusterIP ? false : 'Loopback is one address only on this machine'
}

async function read<Found>(schema: z.ZodType<Found>, path: string): Promise<Found> {
  const { status, body } = await plane.request('GET', path)
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`)
  return schema.parse(body)
}

async function apply(objects: readonly object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })
  const { status, stderr } = await plane.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], {
    input: list,
  })
  assert.equal(status, 0, stderr)
}

before(async () => {
  if (skip) return
  await ensureTools(['helm'])
  plane = await startControlPlane({ controllerManager: false })
  const { port } = await findServiceRoute()
  const objects = await renderChart()
  const kinds = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'Service']
  await apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    routeDefinition(['v1']),
    ...objects.filter(({ kind }) => kinds.includes(kind)).map((object) => fitPort(object, port)),
  ])
  serviceAddress = (await read(Service, `/api/v1/namespaces/${namespace}/services/gatehouse-admission`)).spec.clusterIP
  await apply([withoutBundles(pickObject(objects, 'ValidatingWebhookConfiguration'), port)])

  const { data } = z
    .object({ data: z.record(z.string(), z.string()) })
    .parse(pickObject(objects, 'ConfigMap', '-config'))
  config = Config.parse(parse(data['gatehouse.yaml'] ?? ''))
  Object.assign(config.server, { port, healthPort: 0, healthAddress: '127.0.0.1' })
  Object.assign(config.controller.webhook.service, { port })
  Object.assign(config.controller, {
    coverage: { interval: '2s' },
    lease: { name: 'gatehouse-controller', duration: '4s', renew: '3s', retry: '500ms' },
  })
  configFile = join(plane.folder, 'controller.yaml')
  await writeFile(configFile, JSON.stringify(config))
  const { url, ca } = plane
  const token = await tokenOf('gatehouse-controller')
  kubeconfig = await writeKubeconfig(join(plane.folder, 'controller.kubeconfig'), { url, ca, token })
})
after(() => plane?.stop())

/** The least that a route needs to be served. */
function routeDefinition(versions: readonly string[]): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: 'httproutes.gateway.networking.k8s.io',
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group: 'gateway.networking.k8s.io',
      scope: 'Namespaced',
      names: { kind: 'HTTPRoute', listKind: 'HTTPRouteList', plural: 'httproutes', singular: 'httproute' },
      versions: versions.map((name) => ({ name, served: true, storage: name === 'v1', schema })),
    },
  }
}

function fitPort(object: ChartObject, port: number): object {
  if (object.kind !== 'Service' || object.metadata.name !== 'gatehouse-admission') return object
  return { ...object, spec: { ports: [{ name: 'webhook', port, targetPort: 'webhook' }] } }
}

function withoutBundles(object: ChartObject, port: number): object {
  const Registration = z.looseObject({
    webhooks: z.array(z.looseObject({ clientConfig: z.looseObject({ service: z.looseObject({}) }) })),
  })
  const registration = Registration.parse(object)
  for (const { clientConfig } of registration.webhooks) {
    delete clientConfig['caBundle']
    clientConfig.service['port'] = port
  }
  return registration
}

async function tokenOf(account: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
  return Token.parse((await plane.request('POST', path, { spec: {} })).body).status.token
}

interface Replica {
  readonly name: string
  lines(): Promise<readonly string[]>
  health(path: string): Promise<{ readonly status: number; readonly text: string }>
}

/** Starts one replica of the controller and waits until it is ready. */
async function startReplica(name: string): Promise<Replica> {
  await plane.processes.start({
    name,
    command: process.execPath,
    args: ['--import', preload, main, 'reconcile', '--config', configFile, '--kubeconfig', kubeconfig],
    env: { GATEHOUSE_TEST_SERVICE: serviceAddress, NODE_OPTIONS: '' },
  })
  const lines = async (): Promise<readonly string[]> => (await plane.processes.output(name, 'out')).split('\n')
  const Started = z.object({ health: z.object({ port: z.int() }) })
  const started = await waitUntil(`${name} has started`, async () => {
    assert.equal(plane.processes.endingOf(name), undefined, await plane.processes.output(name))
    return (await lines()).find((line) => line.includes('"msg":"Started"'))
  })
  const { port } = Started.parse(JSON.parse(started)).health
  const health: Replica['health'] = async (path) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return { status: response.status, text: await response.text() }
  }
  await waitUntil(`${name} is ready`, async () => (await health('/readyz')).status === 200 || undefined)
  return { name, lines, health }
}

async function metricOf(replica: Replica, series: string): Promise<number> {
  const { text } = await replica.health('/metrics')
  const line = text.split('\n').find((each) => each.startsWith(`${series} `)) ?? assert.fail(`no ${series}`)
  return Number(line.slice(series.length))
}

async function findLeader(replicas: readonly Replica[]): Promise<Replica> {
  return waitUntil('one replica leads', async () => {
    const leading = await Promise.all(replicas.map((replica) => metricOf(replica, 'gatehouse_leader')))
    assert.ok(leading.filter((is) => is === 1).length <= 1, 'two lead at a time')
    return replicas[leading.indexOf(1)]
  })
}

const secretsPath = `/api/v1/namespaces/${namespace}/secrets`
const registrationPath = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gatehouse'

async function readLeaf(): Promise<X509Certificate | undefined> {
  const { status, body } = await plane.request('GET', `${secretsPath}/gatehouse-tls`)
  return status === 200 ? new X509Certificate(decode(Secret.parse(body).data['tls.crt'])) : undefined
}

function decode(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString()
}

async function readBundles(): Promise<readonly string[]> {
  const { webhooks } = await read(Registered, registrationPath)
  return webhooks.map(({ clientConfig }) => decode(clientConfig.caBundle))
}

function countCAs(bundle: string): number {
  return bundle.split('BEGIN CERTIFICATE').length - 1
}

/** What the kubelet does a minute later. */
async function refreshVolume(pod: PodName): Promise<void> {
  const { data } = await read(Secret, `${secretsPath}/gatehouse-tls`)
  const files = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')]))
  await projectVolume(join(plane.folder, `tls-${pod}`), files)
}

/** A Pod object and the process that it stands for. */
async function startPod(pod: PodName, isService: boolean): Promise<void> {
  await refreshVolume(pod)
  const folder = join(plane.folder, `pod-${pod}`)
  await mkdir(folder)
  const tokenFile = join(folder, 'token')
  await writeFile(tokenFile, await tokenOf('gatehouse-admission'))
  const [healthPort = 0] = await findFreePorts(1)
  const host = isService ? serviceAddress : hosts[pod]
  const { port } = config.server
  const tls = join(plane.folder, `tls-${pod}`)
  const file = {
    ...config,
    server: { address: host, port, healthAddress: '127.0.0.1', healthPort },
    facts: {
      source: 'cluster',
      snapshot: join(folder, 'namespaces.json'),
      apiServer: { url: plane.url, caFile: plane.caFile, tokenFile },
    },
    tls: { certificate: { certFile: join(tls, 'tls.crt'), keyFile: join(tls, 'tls.key') } },
  }
  await writeFile(join(folder, 'gatehouse.yaml'), JSON.stringify(file))
  await createInstance({
    processes: plane.processes,
    name: `pod-${pod}`,
    host,
    port,
    healthPort,
    configFile: join(folder, 'gatehouse.yaml'),
  }).start()
  const path = `/api/v1/namespaces/${namespace}/pods`
  const spec = { serviceAccountName: 'gatehouse-admission', containers: [{ name: 'serve', image: 'none' }] }
  const made = await plane.request('POST', path, { metadata: { name: `pod-${pod}`, labels }, spec })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const status = { phase: 'Running', podIP: host, podIPs: [{ ip: host }] }
  const set = await plane.request('PATCH', `${path}/pod-${pod}/status`, { status })
  assert.equal(set.status, 200, JSON.stringify(set.body))
}

/** What an API server does with each call: a handshake that the published bundle has to verify. */
function isServed(bundle: string): Promise<boolean> {
  const servername = `gatehouse-admission.${namespace}.svc`
  return new Promise((resolve) => {
    const socket = connect({ host: serviceAddress, port: config.server.port, servername, ca: bundle }, () => {
      socket.end()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

async function doctor(
  by = plane.kubeconfig,
): Promise<{ readonly ended: Ended; readonly answer: z.infer<typeof Findings> }> {
  const ended = await runGatehouse(['doctor', '--config', configFile, '--kubeconfig', by, '-o', 'json'], {
    env: { NODE_OPTIONS: `--import=${preload}`, GATEHOUSE_TEST_SERVICE: serviceAddress },
  })
  assert.ok(ended.code === 0 || ended.code === 1, `${ended.code}: ${ended.stderr}`)
  return { ended, answer: Findings.parse(JSON.parse(ended.stdout)) }
}

const replicas: Replica[] = []

test('without anything there: of two replicas one leads and makes CA, bundles and certificate', { skip }, async () => {
  replicas.push(...(await Promise.all(['controller-a', 'controller-b'].map(startReplica))))
  const leader = await findLeader(replicas)

  const leaf = await waitUntil('there is a certificate', readLeaf)

  assert.equal(leaf.checkHost(`gatehouse-admission.${namespace}.svc`), `gatehouse-admission.${namespace}.svc`)
  const bundles = await readBundles()
  assert.deepEqual([bundles.length, new Set(bundles).size, countCAs(bundles[0] ?? '')], [7, 1, 1])
  assert.ok(leaf.verify(new X509Certificate(bundles[0] ?? '').publicKey))
  const { spec } = await read(Lease, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/gatehouse-controller`)
  assert.ok((await leader.lines()).some((line) => line.includes(spec.holderIdentity)))
  const expiry = 'gatehouse_certificate_expiry_timestamp_seconds'
  await waitUntil('the metric tells its end', async () => {
    const { text } = await leader.health('/metrics')
    return text.includes(`${expiry} ${leaf.validToDate.getTime() / 1000}\n`) || undefined
  })
})

test('pods serve the certificate, and nothing is left to do', { skip }, async () => {
  await startPod('one', true)
  await startPod('two', false)

  await waitUntil('nothing is left to do', async () => {
    const args = ['reconcile', '--config', configFile, '--kubeconfig', kubeconfig, '--dry-run']
    const env = { NODE_OPTIONS: `--import=${preload}`, GATEHOUSE_TEST_SERVICE: serviceAddress }
    const { code, stdout } = await runGatehouse(args, { env })
    return (code === 0 && stdout === 'Nothing to do.\n') || undefined
  })
})

test('doctor finds nothing wrong', { skip }, async () => {
  const { ended, answer } = await doctor()

  assert.deepEqual(
    answer.findings.filter(({ status }) => status !== 'ok'),
    [],
  )
  assert.deepEqual([ended.code, answer.ok], [0, true])
})

test('doctor with the rights of the controller says what it could not try', { skip }, async () => {
  const { ended, answer } = await doctor(kubeconfig)

  const others = answer.findings.filter(({ status }) => status !== 'ok')
  assert.deepEqual(
    others.map(({ check, status }) => [check, status]),
    [['reachability', 'untried']],
  )
  assert.equal(ended.code, 0)
})

test('the CA changes while a pod lags and the leader freezes: no call would have failed', { skip }, async () => {
  const old = await readLeaf()
  let [calls, failed] = [0, 0]
  const ending = new AbortController()
  const calling = (async () => {
    while (!ending.signal.aborted) {
      const bundles = new Set(await readBundles())
      const results = await Promise.all(Array.from(bundles, isServed))
      calls++
      if (results.includes(false)) failed++
    }
  })()

  // Of the present CA less is left than a leaf would need.
  Object.assign(config.controller.webhook, { leafLifetime: '66000h', caLifetime: '200000h' })
  await writeFile(configFile, JSON.stringify(config))
  const leaf = await waitUntil(
    'there is another certificate',
    async () => {
      const now = await readLeaf()
      return now?.serialNumber === old?.serialNumber ? undefined : now
    },
    { seconds: 60 },
  )
  assert.equal(countCAs((await readBundles())[0] ?? ''), 2)
  const leader = await findLeader(replicas)
  await plane.processes.signal(leader.name, 'SIGSTOP')
  const [other = leader] = replicas.filter((replica) => replica !== leader)
  await waitUntil('the other one leads', async () => (await metricOf(other, 'gatehouse_leader')) === 1 || undefined)
  await plane.processes.signal(leader.name, 'SIGCONT')
  await waitUntil(
    'the frozen one stands by',
    async () => (await metricOf(leader, 'gatehouse_leader')) === 0 || undefined,
  )
  assert.equal(await findLeader(replicas), other)
  await plane.processes.stop(leader.name, 'SIGKILL')
  await refreshVolume('two')
  await waitUntil('pod two serves it', async () =>
    (await serialAt(hosts.two)) === leaf.serialNumber ? true : undefined,
  )
  assert.equal(countCAs((await readBundles())[0] ?? ''), 2)
  await refreshVolume('one')

  await waitUntil('the old CA is gone', async () => countCAs((await readBundles())[0] ?? '') === 1 || undefined, {
    seconds: 60,
  })
  ending.abort()
  await calling
  assert.ok(calls > 20, `only ${calls} calls`)
  assert.equal(failed, 0)
  assert.ok(leaf.verify(new X509Certificate((await readBundles())[0] ?? '').publicKey))
})

async function serialAt(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: config.server.port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber)
      socket.destroy()
    })
    socket.on('error', () => resolve(undefined))
  })
}

const gaps = 'gatehouse_coverage_gaps{resource="httproutes.gateway.networking.k8s.io"}'

test('a rule that is gone and a version that is new are gaps: metric, one Event each, doctor', { skip }, async () => {
  const leader = await findLeader(await alive())
  const { webhooks } = await read(Registered, registrationPath)
  const at = webhooks.findIndex(({ name }) => name.startsWith('route-hostname.'))
  assert.equal(await metricOf(leader, gaps), 0)

  const type = { 'content-type': 'application/json-patch+json' }
  const patch = [{ op: 'remove', path: `/webhooks/${at}/rules/0` }]
  const { status, body } = await plane.request('PATCH', registrationPath, patch, type)
  assert.equal(status, 200, JSON.stringify(body))
  await apply([routeDefinition(['v1', 'v9'])])
  const notes = await waitUntil(
    'there are Events',
    async () => {
      const { items } = await read(Events, `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)
      const found = items.filter(({ reason }) => reason === 'CoverageGap').map(({ note }) => note)
      return found.length >= 3 ? found : undefined
    },
    { seconds: 30 },
  )
  const { ended, answer } = await doctor()

  assert.equal(new Set(notes).size, notes.length)
  assert.ok(
    notes.some((note) =>
      note.startsWith('httproutes.gateway.networking.k8s.io v9 is served, and route-hostname does not know'),
    ),
  )
  assert.ok(
    notes.some((note) =>
      note.startsWith('httproutes.gateway.networking.k8s.io v1 is served, and no rule of route-hostname.'),
    ),
  )
  assert.equal(await metricOf(leader, gaps), 3)
  assert.equal(ended.code, 1)
  const wrong = answer.findings.filter((finding) => finding.status === 'wrong')
  assert.deepEqual(new Set(wrong.map(({ check }) => check)), new Set(['registration']))
  assert.equal(wrong.length, 3)
  assert.ok(wrong.every(({ remedy }) => remedy !== undefined))
})

async function alive(): Promise<readonly Replica[]> {
  return replicas.filter(({ name }) => plane.processes.endingOf(name) === undefined)
}

test(
  'an API server that is away for a while: the replica stays alive and ready, and leads again',
  { skip },
  async () => {
    const [replica] = await alive()
    assert.ok(replica)
    const lost = async (): Promise<true | undefined> => (await metricOf(replica, 'gatehouse_leader')) === 0 || undefined

    await plane.stopApiServer()
    await waitUntil('the lead is lost', lost)
    assert.equal((await replica.health('/readyz')).status, 200)
    assert.equal((await replica.health('/livez')).status, 200)
    await plane.startApiServer()

    await findLeader([replica])
  },
)

test('SIGTERM: the controller ends with 0 and releases the Lease', { skip }, async () => {
  const [replica] = await alive()
  assert.ok(replica)

  const ending = await plane.processes.stop(replica.name, 'SIGTERM', 10)

  assert.equal(ending.code, 0)
  const { spec } = await read(Lease, `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/gatehouse-controller`)
  assert.equal(spec.holderIdentity, '')
})

test('no private key is in any log line', { skip }, async () => {
  const outputs = ['controller-a', 'controller-b'].flatMap((name) =>
    (['out', 'err'] as const).map((stream) => plane.processes.output(name, stream)),
  )
  const said = await Promise.all(outputs)
  const secrets = await Promise.all(
    ['gatehouse-ca', 'gatehouse-tls'].map((name) => read(Secret, `${secretsPath}/${name}`)),
  )

  for (const { data } of secrets) {
    const encoded = data['tls.key'] ?? assert.fail('no key')
    const lines = Buffer.from(encoded, 'base64').toString().split('\n')
    const body = lines.filter((line) => line !== '' && !line.startsWith('-----'))
    assert.ok(body.length > 0)
    for (const text of said) assert.ok(![encoded, ...body].some((secret) => text.includes(secret)))
  }
  assert.ok(said.some((text) => text.includes('Changed the certificates')))
  for (const text of said) assert.ok(!text.includes('PRIVATE KEY'))
})
