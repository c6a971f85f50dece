/** templates/tests: what `helm test` does, against an API server that answers as it is told. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'

import { all, at, one, render, type Manifest } from './render.ts'
import { environmentOf, hooksOf, runTestPod } from './run-test-pod.ts'
import { test } from './with-helm.ts'

interface Asked {
  readonly url: string
  readonly authorization: string | undefined
  readonly body: string
}

const denial =
  'admission webhook "ingress-hostname.guards.gatehouse.dev" denied the request: spec.rules[0].host: Forbidden: no'
const asked: Asked[] = []
const answer = { status: 403, message: denial }
const server = createServer((request, response) => {
  void text(request).then((body) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization, body })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ message: answer.message }))
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(() => server.close())

test('ends well where Gatehouse refuses a dry run of an Ingress in the tenant namespace', async () => {
  Object.assign(answer, { status: 403, message: denial })
  asked.length = 0

  const { status, output } = await ask(await render())

  assert.equal(status, 0, output)
  assert.match(output, /^Refused, as it has to be: admission webhook/)
  const [first] = asked
  assert.equal(first?.url, '/apis/networking.k8s.io/v1/namespaces/tenant-gatehouse-test/ingresses?dryRun=All')
  assert.equal(first?.authorization, 'Bearer of-the-test')
  assert.equal(at(JSON.parse(first?.body ?? ''), 'kind'), 'Ingress')
})

for (const { title, status, message, output } of [
  { title: 'the API server takes the Ingress', status: 201, message: '', output: /Gatehouse did not refuse it/ },
  { title: 'RBAC refuses it', status: 403, message: 'ingresses is forbidden', output: /by something else \(403\)/ },
  {
    title: 'Gatehouse does not answer',
    status: 500,
    message: 'failed calling webhook "ingress-hostname.guards.gatehouse.dev"',
    output: /by something else \(500\)/,
  },
]) {
  test(`fails where ${title}`, async () => {
    Object.assign(answer, { status, message })

    const result = await ask(await render())

    assert.equal(result.status, 1)
    assert.match(result.output, output)
  })
}

test('the namespace is made for the test, or is one that there is', async () => {
  const made = hooksOf(await render())
  const given = hooksOf(await render({ values: { test: { namespace: 'tenant-canary' } } }))

  assert.equal(one(made, 'Namespace').metadata.name, 'tenant-gatehouse-test')
  assert.deepEqual(all(given, 'Namespace'), [])
  for (const [hooks, namespace] of [
    [made, 'tenant-gatehouse-test'],
    [given, 'tenant-canary'],
  ] as const) {
    assert.equal(one(hooks, 'Role').metadata.namespace, namespace)
    assert.equal(one(hooks, 'RoleBinding').metadata.namespace, namespace)
    assert.equal(environmentOf(one(hooks, 'Pod'))['TEST_NAMESPACE'], namespace)
  }
})

test('the test may create Ingresses in that namespace, and nothing else anywhere', async () => {
  const hooks = hooksOf(await render())

  assert.deepEqual(one(hooks, 'Role')['rules'], [
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['create'] },
  ])
  assert.deepEqual(all(hooks, 'ClusterRole'), [])
  assert.deepEqual(one(hooks, 'RoleBinding')['subjects'], [
    { kind: 'ServiceAccount', name: 'gatehouse-test', namespace: 'gatehouse-system' },
  ])
})

test('the pod runs restricted, in the image that there is anyway', async () => {
  const manifests = await render({ values: { image: { repository: 'r/g', tag: 'x' } } })

  const pod = one(hooksOf(manifests), 'Pod')
  const deployment = at(one(manifests, 'Deployment', 'gatehouse-admission'), 'spec', 'template', 'spec')
  const [container, admission] = [at(pod, 'spec'), deployment].map((spec) => at(spec, 'containers', 0))
  assert.deepEqual(at(pod, 'spec', 'securityContext'), at(deployment, 'securityContext'))
  assert.deepEqual(at(container, 'securityContext'), at(admission, 'securityContext'))
  assert.equal(at(container, 'image'), 'r/g:x')
})

test('there is nothing to test where the guard does not enforce', async () => {
  const manifests = await render({ values: { config: { guards: { 'ingress-hostname': { mode: 'audit' } } } } })

  assert.deepEqual(hooksOf(manifests), [])
})

function ask(manifests: readonly Manifest[]) {
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return runTestPod(manifests, { TEST_SERVER: `http://127.0.0.1:${address.port}`, TEST_TOKEN: 'of-the-test' })
}
