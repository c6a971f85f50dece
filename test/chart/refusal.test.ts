/** templates/tests: what `helm test` does, against an API server that answers as it is told. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'

import { all, at, one, render, template, type Manifest } from './render.ts'
import { environmentOf, hooksOf, runTestPod, standingOf, tested } from './run-test-pod.ts'
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

  const { status, output } = await ask(await render({ values: tested }))

  assert.equal(status, 0, output)
  assert.match(output, /^Refused, as it has to be: admission webhook/)
  const [first] = asked
  assert.equal(first?.url, '/apis/networking.k8s.io/v1/namespaces/tenant-canary/ingresses?dryRun=All')
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

    const result = await ask(await render({ values: tested }))

    assert.equal(result.status, 1)
    assert.match(result.output, output)
  })
}

test('there is no test, and no right for one, until somebody says where', async () => {
  const manifests = await render()

  assert.deepEqual([...hooksOf(manifests), ...standingOf(manifests)], [])
})

test('a namespace in which nothing is judged is refused', async () => {
  const { status, stderr } = await template({ values: { test: { namespace: 'canary' } } })

  assert.equal(status, 1)
  assert.match(stderr, /test\.namespace: must begin with "tenant-"/)
})

test('the test makes no namespace, and in the given one only a binding of a name of its own', async () => {
  const [first, second] = await Promise.all(
    ['gatehouse-system', 'elsewhere'].map((namespace) => render({ namespace, values: tested })),
  )
  assert.ok(first !== undefined && second !== undefined)

  const there = first.filter(({ metadata }) => metadata.namespace === 'tenant-canary')
  assert.deepEqual(there, [one(hooksOf(first), 'RoleBinding')])
  assert.deepEqual(all(first, 'Namespace'), [])
  assert.equal(environmentOf(one(hooksOf(first), 'Pod'))['TEST_NAMESPACE'], 'tenant-canary')
  for (const kind of ['RoleBinding', 'Pod']) {
    const [name, other] = [first, second].map((manifests) => one(hooksOf(manifests), kind).metadata.name)
    assert.match(name ?? '', /^gatehouse-test-[0-9a-f]{8}$/)
    assert.notEqual(name, other)
  }
})

test('Helm deletes nothing of the test outside the namespace of the release but what the same run made', async () => {
  const hooks = hooksOf(await render({ values: tested }))

  const policies = hooks.map(({ kind, metadata }) => [kind, metadata.annotations['helm.sh/hook-delete-policy']])
  assert.deepEqual(Object.fromEntries(policies), {
    RoleBinding: 'hook-succeeded',
    Pod: 'before-hook-creation,hook-succeeded',
  })
})

test('the test may create Ingresses in that namespace, and nothing else anywhere', async () => {
  const manifests = await render({ values: tested })

  const [standing, hooks] = [standingOf(manifests), hooksOf(manifests)]
  assert.deepEqual(one(standing, 'ClusterRole')['rules'], [
    { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['create'] },
  ])
  const bindings = manifests.filter(({ kind }) => kind.endsWith('RoleBinding'))
  const binding = one(hooks, 'RoleBinding')
  assert.deepEqual(binding['roleRef'], {
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: one(standing, 'ClusterRole').metadata.name,
  })
  const account = one(standing, 'ServiceAccount').metadata
  assert.deepEqual(binding['subjects'], [{ kind: 'ServiceAccount', name: account.name, namespace: account.namespace }])
  assert.equal(at(one(hooks, 'Pod'), 'spec', 'serviceAccountName'), account.name)
  // Nobody else is bound to the role, and the account to no other.
  assert.deepEqual(
    bindings.filter((other) => JSON.stringify(other).includes('gatehouse-test')),
    [binding],
  )
})

test('the pod runs restricted, in the image that there is anyway', async () => {
  const manifests = await render({ values: { ...tested, image: { repository: 'r/g', tag: 'x' } } })

  const pod = one(hooksOf(manifests), 'Pod')
  const deployment = at(one(manifests, 'Deployment', 'gatehouse-admission'), 'spec', 'template', 'spec')
  const [container, admission] = [at(pod, 'spec'), deployment].map((spec) => at(spec, 'containers', 0))
  assert.deepEqual(at(pod, 'spec', 'securityContext'), at(deployment, 'securityContext'))
  assert.deepEqual(at(container, 'securityContext'), at(admission, 'securityContext'))
  assert.equal(at(container, 'image'), 'r/g:x')
})

test('there is nothing to test where the guard does not enforce', async () => {
  const config = { guards: { 'ingress-hostname': { mode: 'audit' } } }

  const manifests = await render({ values: { ...tested, config } })

  assert.deepEqual([...hooksOf(manifests), ...standingOf(manifests)], [])
})

function ask(manifests: readonly Manifest[]) {
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return runTestPod(manifests, { TEST_SERVER: `http://127.0.0.1:${address.port}`, TEST_TOKEN: 'of-the-test' })
}
