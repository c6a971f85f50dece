/** templates/*-{deployment,poddisruptionbudget,resourcequota,service}.yaml: the pods, and what keeps enough of them. */
import assert from 'node:assert/strict'

import { z } from 'zod'

import type { restartKeys } from '../../src/config/restart.ts'
import { all, at, one, render, type Manifest } from './render.ts'
import { test } from './with-helm.ts'

const processes = ['admission', 'controller'] as const

for (const process of processes) {
  test(`the ${process} pods run restricted`, async () => {
    const manifests = await render()

    const [pod, container] = podOf(manifests, process)
    assert.deepEqual(at(pod, 'securityContext'), {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    })
    assert.deepEqual(at(container, 'securityContext'), {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test(`the ${process} pods are probed on the port of health, alive apart from ready`, async () => {
    const manifests = await render({ values: { admission: { healthPort: 9081 } } })

    const [, container] = podOf(manifests, process)
    for (const [probe, path] of [
      ['startupProbe', '/livez'],
      ['livenessProbe', '/livez'],
      ['readinessProbe', '/readyz'],
    ] as const)
      assert.deepEqual(at(container, probe, 'httpGet'), { path, port: 'health' })
    assert.ok(portsOf(container).some(({ name, containerPort }) => name === 'health' && containerPort === 9081))
  })

  test(`the ${process} pods spread over hosts and zones, and run all the same where they cannot`, async () => {
    const manifests = await render()

    const deployment = one(manifests, 'Deployment', `gatehouse-${process}`)
    const [pod] = podOf(manifests, process)
    const constraints = z.array(z.unknown()).parse(at(pod, 'topologySpreadConstraints'))
    assert.deepEqual(
      constraints.map((each) => [at(each, 'topologyKey'), at(each, 'whenUnsatisfiable')]),
      ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((key) => [key, 'ScheduleAnyway']),
    )
    for (const each of constraints)
      assert.deepEqual(at(each, 'labelSelector', 'matchLabels'), at(deployment, 'spec', 'selector', 'matchLabels'))
  })

  test(`the ${process} pods have what their selector asks for, and the other pods do not`, async () => {
    const manifests = await render({ release: 'r' })

    const labels = at(one(manifests, 'Deployment', `r-gatehouse-${process}`), 'spec', 'selector', 'matchLabels')
    assert.deepEqual(labels, {
      'app.kubernetes.io/name': 'gatehouse',
      'app.kubernetes.io/instance': 'r',
      'app.kubernetes.io/component': process,
    })
    assert.partialDeepStrictEqual(
      at(one(manifests, 'Deployment', `r-gatehouse-${process}`), 'spec', 'template', 'metadata', 'labels'),
      labels,
    )
  })

  test(`the ${process} pods are told of themselves and keep one arena of memory`, async () => {
    const [, container] = podOf(await render(), process)

    const environment = z
      .array(z.object({ name: z.string(), value: z.string().optional(), valueFrom: z.unknown().optional() }))
      .parse(at(container, 'env'))
    assert.deepEqual(
      environment.map(({ name, value, valueFrom }) => [name, value ?? at(valueFrom, 'fieldRef', 'fieldPath')]),
      [
        ['POD_IP', 'status.podIP'],
        ['POD_NAME', 'metadata.name'],
        ['POD_NAMESPACE', 'metadata.namespace'],
        ['MALLOC_ARENA_MAX', '2'],
      ],
    )
  })

  test(`one ${process} pod at a time may be evicted, where there are several`, async () => {
    const several = await render()
    const single = await render({ values: { [process]: { replicas: 1 } } })
    const off = await render({ values: { podDisruptionBudget: { enabled: false } } })

    const budget = one(several, 'PodDisruptionBudget', `gatehouse-${process}`)
    assert.equal(at(budget, 'spec', 'maxUnavailable'), 1)
    assert.deepEqual(
      at(budget, 'spec', 'selector', 'matchLabels'),
      at(one(several, 'Deployment', `gatehouse-${process}`), 'spec', 'selector', 'matchLabels'),
    )
    for (const manifests of [single, off]) {
      const names = all(manifests, 'PodDisruptionBudget').map(({ metadata }) => metadata.name)
      assert.ok(!names.includes(`gatehouse-${process}`))
    }
  })

  test(`the values of the ${process} place its pods`, async () => {
    const values = {
      replicas: 4,
      priorityClassName: 'high',
      nodeSelector: { disk: 'fast' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      podLabels: { team: 'platform' },
      podAnnotations: { note: 'x' },
      resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '2Gi' } },
      terminationGracePeriodSeconds: 40,
    }

    const manifests = await render({ values: { [process]: values, image: { pullSecrets: ['registry'] } } })

    const deployment = one(manifests, 'Deployment', `gatehouse-${process}`)
    const [pod, container] = podOf(manifests, process)
    const { replicas, podLabels, podAnnotations, resources, ...placed } = values
    assert.equal(at(deployment, 'spec', 'replicas'), replicas)
    assert.partialDeepStrictEqual(at(deployment, 'spec', 'template', 'metadata'), {
      labels: podLabels,
      annotations: podAnnotations,
    })
    assert.deepEqual(at(container, 'resources'), resources)
    assert.partialDeepStrictEqual(pod, { ...placed, imagePullSecrets: [{ name: 'registry' }] })
  })
}

test('the admission pods mount configuration, certificate and profile to read, and a snapshot to write', async () => {
  const values = { config: { controller: { tlsProfile: { target: { name: 'tls', key: 'modern.json' } } } } }

  const [pod, container] = podOf(await render({ release: 'r', values }), 'admission')

  assert.deepEqual(at(pod, 'volumes'), [
    { name: 'config', configMap: { name: 'r-gatehouse-config' } },
    { name: 'tls', secret: { secretName: 'r-gatehouse-tls', defaultMode: 0o440 } },
    {
      name: 'profile',
      configMap: { name: 'tls', optional: true, items: [{ key: 'modern.json', path: 'profile.json' }] },
    },
    { name: 'snapshot', emptyDir: { sizeLimit: '64Mi' } },
  ])
  assert.deepEqual(at(container, 'volumeMounts'), [
    { name: 'config', mountPath: '/etc/gatehouse/config', readOnly: true },
    { name: 'tls', mountPath: '/etc/gatehouse/tls', readOnly: true },
    { name: 'profile', mountPath: '/etc/gatehouse/profile', readOnly: true },
    { name: 'snapshot', mountPath: '/var/lib/gatehouse' },
  ])
  assert.deepEqual(at(container, 'args'), ['serve', '--config', '/etc/gatehouse/config/gatehouse.yaml'])
})

test('the controller mounts the configuration and no key', async () => {
  const [pod, container] = podOf(await render(), 'controller')

  assert.deepEqual(at(pod, 'volumes'), [{ name: 'config', configMap: { name: 'gatehouse-config' } }])
  assert.deepEqual(at(container, 'args'), ['reconcile', '--config', '/etc/gatehouse/config/gatehouse.yaml'])
})

test('an admission pod leaves the Service before it ends, and without a shell', async () => {
  const [pod, container] = podOf(await render(), 'admission')

  assert.deepEqual(at(container, 'lifecycle'), { preStop: { sleep: { seconds: 8 } } })
  assert.equal(at(pod, 'terminationGracePeriodSeconds'), 30)
})

test('an update takes no pod away before its successor is ready, but for one a node on the network of nodes', async () => {
  const pods = await render()
  const nodes = await render({ values: { admission: { hostNetwork: true } } })

  const updateOf = (manifests: readonly Manifest[]) =>
    at(one(manifests, 'Deployment', 'gatehouse-admission'), 'spec', 'strategy', 'rollingUpdate')
  assert.deepEqual(updateOf(pods), { maxSurge: 1, maxUnavailable: 0 })
  assert.deepEqual(updateOf(nodes), { maxSurge: 0, maxUnavailable: 1 })
  assert.partialDeepStrictEqual(podOf(nodes, 'admission')[0], {
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
  })
  assert.equal(at(podOf(pods, 'admission')[0], 'hostNetwork'), undefined)
})

test('the Service hands port 443 to the port of the webhook, wherever that is', async () => {
  const manifests = await render({ values: { admission: { port: 9443 } } })

  const [, container] = podOf(manifests, 'admission')
  assert.ok(portsOf(container).some(({ name, containerPort }) => name === 'webhook' && containerPort === 9443))
  assert.partialDeepStrictEqual(at(one(manifests, 'Service', 'gatehouse-admission'), 'spec', 'ports'), [
    { port: 443, targetPort: 'webhook' },
  ])
})

test('pods are replaced for what only a restart changes, and not for what is read again', async () => {
  const before = await render()
  const mode = await render({ values: { config: { guards: { 'route-hostname': { mode: 'warn' } } } } })
  const changes = {
    facts: { facts: { maxSnapshotAge: '2h' } },
    'log.format': { log: { format: 'text' } },
    server: { server: { maxConcurrent: 9 } },
    tls: { tls: { profile: { name: 'Modern' } } },
  } satisfies Record<(typeof restartKeys)[number], object>

  const hashOf = (manifests: readonly Manifest[], process: string) =>
    at(
      one(manifests, 'Deployment', `gatehouse-${process}`),
      'spec',
      'template',
      'metadata',
      'annotations',
      'gatehouse.dev/restart-on',
    )
  assert.equal(hashOf(mode, 'admission'), hashOf(before, 'admission'))
  for (const [key, config] of Object.entries(changes))
    assert.notEqual(hashOf(await render({ values: { config } }), 'admission'), hashOf(before, 'admission'), key)
  assert.notEqual(hashOf(mode, 'controller'), hashOf(before, 'controller'))
})

test('a digest wins over a tag, a tag over the version of the chart', async () => {
  const digest = `sha256:${'0'.repeat(64)}`
  const imageOf = async (image: object) => at(podOf(await render({ values: { image } }), 'admission')[1], 'image')

  assert.equal(await imageOf({ repository: 'r/g', tag: 'x', digest }), `r/g@${digest}`)
  assert.equal(await imageOf({ repository: 'r/g', tag: 'x' }), 'r/g:x')
})

test('users are left to OpenShift, and to whoever says so', async () => {
  const openshift = await render({ arguments: ['--api-versions', 'security.openshift.io/v1'] })
  const told = await render({ values: { runAsUser: 0 } })

  for (const manifests of [openshift, told])
    for (const process of processes)
      assert.deepEqual(at(podOf(manifests, process)[0], 'securityContext'), {
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
})

test('a quota permits the priority class where it is one of the system, and only then', async () => {
  const system = await render()
  const own = await render({ values: { admission: { priorityClassName: 'high' } } })
  const off = await render({ values: { admission: { priorityQuota: false } } })

  assert.deepEqual(at(one(system, 'ResourceQuota'), 'spec', 'scopeSelector', 'matchExpressions'), [
    { scopeName: 'PriorityClass', operator: 'In', values: ['system-cluster-critical'] },
  ])
  assert.deepEqual([...all(own, 'ResourceQuota'), ...all(off, 'ResourceQuota')], [])
})

test('requests of both processes are a flow of their own at the API server', async () => {
  const manifests = await render({ release: 'r', namespace: 'ns' })
  const off = await render({ values: { flowSchema: { enabled: false } } })

  const schema = one(manifests, 'FlowSchema', 'r-gatehouse')
  assert.deepEqual(
    at(schema, 'spec', 'rules', 0, 'subjects'),
    processes.map((process) => ({
      kind: 'ServiceAccount',
      serviceAccount: { name: `r-gatehouse-${process}`, namespace: 'ns' },
    })),
  )
  assert.deepEqual(all(off, 'FlowSchema'), [])
})

/** The pod of a Deployment, and its one container. */
function podOf(manifests: readonly Manifest[], process: string): readonly [unknown, unknown] {
  const deployment = manifests.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name.endsWith(`-${process}`),
  )
  const pod = at(deployment, 'spec', 'template', 'spec')
  const containers = z.array(z.unknown()).length(1).parse(at(pod, 'containers'))
  return [pod, containers[0]]
}

function portsOf(container: unknown) {
  return z.array(z.object({ name: z.string(), containerPort: z.number() })).parse(at(container, 'ports'))
}
