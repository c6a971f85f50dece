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
  ['tls: {certificate: {certFile: a}}', ['facts.snapshot', 'tls.certificate']],
] as const

for (const [text, keys] of changes)
  test(`${text} needs a restart for ${keys.join(', ')}`, () =>
    assert.deepEqual(listRestartKeys(load(text), load(running)), keys))

test('everything else changes while the process runs', () => {
  const next = load(`
settings: {rootHost: example.org, hostLabel: a/b, trustedUsers: [x]}
guards: {route-hostname: {mode: audit}}
mutators: {default-listener-hostname: {mode: enforce}}
facts: {source: cluster, snapshot: /a/namespaces.json}
controller: {openshell: {enabled: true}}
log: {level: debug}
`)

  assert.deepEqual(listRestartKeys(next, load(running)), [])
})
