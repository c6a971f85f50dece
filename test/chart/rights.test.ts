/** templates/*role*.yaml: what each process may, as little of DESIGN section 14 as its code calls by now. */
import assert from 'node:assert/strict'

import { all, at, one, render, type Manifest } from './render.ts'
import { test } from './with-helm.ts'

const discovery = { nonResourceURLs: ['/api', '/apis'], verbs: ['get'] }
const namespaces = { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }
const secrets = {
  apiGroups: [''],
  resources: ['secrets'],
  resourceNames: ['r-gatehouse-ca', 'r-gatehouse-tls'],
  verbs: ['get', 'create', 'patch'],
}
const pods = { apiGroups: [''], resources: ['pods'], verbs: ['list'] }
const ownNamespace = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: ['r-gatehouse-controller'],
    verbs: ['get', 'update'],
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  secrets,
  pods,
]

test('the admission server reads Namespaces and may nothing else', async () => {
  const manifests = await renderRelease()

  assert.deepEqual(one(manifests, 'ClusterRole', 'r-gatehouse-admission')['rules'], [namespaces])
  assert.deepEqual(
    all(manifests, 'Role').map(({ metadata }) => metadata.name),
    ['r-gatehouse-controller'],
  )
})

test('the controller may do in the cluster what keeps the registration right, on its own configurations only', async () => {
  const manifests = await renderRelease()

  assert.deepEqual(one(manifests, 'ClusterRole', 'r-gatehouse-controller')['rules'], [
    discovery,
    { ...namespaces, verbs: ['list'] },
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
      resourceNames: ['r-gatehouse'],
      verbs: ['get', 'patch'],
    },
  ])
})

test('the controller may do in its namespace what its Lease, Events, Secrets and pods need', async () => {
  const manifests = await renderRelease()

  const role = one(manifests, 'Role')
  assert.equal(role.metadata.namespace, 'ns')
  assert.deepEqual(role['rules'], ownNamespace)
})

for (const mode of ['cert-manager', 'openshift', 'files']) {
  test(`with certificates of mode ${mode} neither Secrets nor pods are within reach`, async () => {
    const caBundle = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'

    const manifests = await renderRelease({ certificates: { mode, caBundle, existingSecret: 'serving' } })

    assert.deepEqual(
      one(manifests, 'Role')['rules'],
      ownNamespace.filter((rule) => rule !== secrets && rule !== pods),
    )
  })
}

test('each role is bound to the one ServiceAccount of its name', async () => {
  const manifests = await renderRelease()

  const bindings = [...all(manifests, 'ClusterRoleBinding'), ...all(manifests, 'RoleBinding')]
  assert.deepEqual(
    bindings.map((binding) => [at(binding, 'roleRef', 'kind'), at(binding, 'roleRef', 'name'), binding['subjects']]),
    [
      ['ClusterRole', 'r-gatehouse-admission', [account('admission')]],
      ['ClusterRole', 'r-gatehouse-controller', [account('controller')]],
      ['Role', 'r-gatehouse-controller', [account('controller')]],
    ],
  )
  for (const process of ['admission', 'controller']) {
    const name = `r-gatehouse-${process}`
    assert.equal(one(manifests, 'ServiceAccount', name)['automountServiceAccountToken'], false)
    assert.equal(at(one(manifests, 'Deployment', name), 'spec', 'template', 'spec', 'serviceAccountName'), name)
  }
})

test('no rule anywhere has a wildcard', async () => {
  const manifests = await renderRelease()

  for (const role of [...all(manifests, 'ClusterRole'), ...all(manifests, 'Role')])
    assert.ok(!JSON.stringify(role['rules']).includes('"*"'), role.metadata.name)
})

/** Without what `helm test` makes for itself. */
async function renderRelease(values: object = {}): Promise<readonly Manifest[]> {
  const manifests = await render({ release: 'r', namespace: 'ns', values })
  return manifests.filter(({ metadata }) => metadata.annotations['helm.sh/hook'] !== 'test')
}

function account(process: string) {
  return { kind: 'ServiceAccount', name: `r-gatehouse-${process}`, namespace: 'ns' }
}
