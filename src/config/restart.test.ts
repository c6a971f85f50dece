import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './load.ts'
import { listRestartKeys } from './restart.ts'

const load = (text: string) => parseConfig(Buffer.from(text), '/etc/gatehouse/gatehouse.yaml', {})

const running = `
facts: {source: cluster, snapshot: /a/namespaces.json}
server: {port: 8443}
log: {format: json}
`

const changes = [
  ['{}', ['facts.snapshot']],
  ['facts: {source: file, path: n.yaml}', ['facts.source']],
  ['facts: {snapshot: /a/namespaces.json, maxSnapshotAge: 2h}', ['facts.maxSnapshotAge']],
  ['facts: {snapshot: /a/namespaces.json, apiServer: {url: "https://a"}}', ['facts.apiServer']],
  ['server: {port: 9443, maxConcurrent: 1}', ['facts.snapshot', 'server.maxConcurrent', 'server.port']],
  ['log: {format: text, level: debug}', ['facts.snapshot', 'log.format']],
  ['tls: {clientAuth: {caFile: a}}', ['facts.snapshot', 'tls.clientAuth']],
] as const

for (const [text, keys] of changes)
  test(`${text} needs a restart for ${keys.join(', ')}`, () =>
    assert.deepEqual(listRestartKeys(load(text), load(running)), keys))

test('taking client authentication away needs a restart, another CA does not', () => {
  const one = load('tls: {clientAuth: {caFile: a}}')
  const other = load('tls: {clientAuth: {caFile: b, subjects: [x]}}')

  assert.deepEqual(listRestartKeys(other, one), [])
  assert.deepEqual(listRestartKeys(load('{}'), one), ['tls.clientAuth'])
})

test('everything else changes while the process runs', () => {
  const next = load(`
settings: {rootHost: example.org, hostLabel: a/b, trustedUsers: [x]}
guards: {route-hostname: {mode: audit}}
mutators: {default-listener-hostname: {mode: enforce}}
facts: {source: cluster, snapshot: /a/namespaces.json}
tls: {certificate: {certFile: a}, profile: {name: Modern}}
controller: {openshell: {enabled: true}}
log: {level: debug}
`)

  assert.deepEqual(listRestartKeys(next, load(running)), [])
})
