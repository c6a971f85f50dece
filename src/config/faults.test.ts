import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { type Environment, loadConfig, parseConfig, unreadable } from './load.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-config-'))
after(() => rmSync(folder, { recursive: true }))

const Cases = z.array(z.strictObject({ file: z.string(), faults: z.array(z.string()) }))
const cases = Cases.parse(parse(readFileSync(new URL('faults.yaml', import.meta.url), 'utf8')))

function load(text: string, environment: Environment = {}): Config {
  return parseConfig(Buffer.from(text), '/etc/gatehouse/gatehouse.yaml', environment)
}

function errorOf(run: () => unknown): ConfigError {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  return assert.fail('nothing was refused')
}

function faultsOf(text: string): readonly string[] {
  return errorOf(() => load(text)).faults.map(({ where, text: said }) => `${where}: ${said}`)
}

for (const { file, faults } of cases)
  test(`${JSON.stringify(file)} is refused`, () => assert.deepEqual(faultsOf(file), faults))

const labelKeys = ['toString', 'a', 'acme.test/host', 'a_b.C-d', `${'a'.repeat(63)}/${'b'.repeat(63)}`]
for (const key of labelKeys)
  test(`'${key}' may be a label key`, () => assert.equal(load(`settings: {hostLabel: ${key}}`).settings.hostLabel, key))

for (const key of ['a b', '/a', 'a/', 'a/b/c', '-a', 'a.', 'Acme.test/host', '*.test/a', 'a'.repeat(64), 'ä', 'a/b c'])
  test(`'${key}' may be no label key`, () => {
    const found = faultsOf(stringify({ settings: { hostLabel: key, gatewayLabel: key, protectedLabels: ['a', key] } }))

    assert.deepEqual(
      found.map((fault) => fault.slice(0, fault.indexOf(':'))),
      ['settings.gatewayLabel', 'settings.hostLabel', 'settings.protectedLabels[1]'],
    )
  })

const prefixes = [
  'gcr.io/repo/',
  'ghcr.io/nvidia/openshell/gateway',
  'registry.customer.net:5000/',
  '10.0.0.5:5000/',
  '[::1]:5000/a/',
  'docker.io/library/',
]
for (const prefix of prefixes)
  test(`'${prefix}' may be an image prefix`, () =>
    assert.deepEqual(load(`settings: {allowedImages: ['${prefix}']}`).settings.allowedImages, [prefix]))

for (const prefix of [
  'https://ghcr.io/x/',
  'ghcr.io/a b',
  ' ghcr.io/',
  'ghcr.io/*',
  '/x',
  'a//b',
  'a\tb',
  'ghcr.io/ä',
  '$(id)',
])
  test(`${JSON.stringify(prefix)} may be no image prefix`, () => {
    const [fault] = faultsOf(stringify({ settings: { allowedImages: [prefix] } }))

    assert.match(fault ?? '', /^settings\.allowedImages\[0\]: must be the start of an image name/)
  })

for (const template of ['{apex}', '{name}.{apex}', '{name}-{namespace}.{apex}', 'www.{name}.{apex}'])
  test(`'${template}' is a hostname template`, () => {
    const config = load(stringify({ mutators: { 'default-route-hostname': { template } } }))

    assert.equal(config.mutators['default-route-hostname'].template, template)
  })

for (const template of [
  '',
  '{name}',
  '{apex}.{name}',
  '{name}-{apex}',
  '{name}{apex}',
  '{user}.{apex}',
  '{name.{apex}',
  '.{apex}',
  'a b.{apex}',
  '{name}.{apex}.',
  '*.{apex}',
])
  test(`'${template}' is no hostname template`, () => {
    const [fault] = faultsOf(stringify({ mutators: { 'default-route-hostname': { template } } }))

    assert.match(fault ?? '', /^mutators\.default-route-hostname\.template: must be '\{apex\}' or end with/)
  })

for (const url of [
  'http://10.0.0.1',
  'http://localhost.example.org',
  '10.0.0.1:443',
  'https://',
  'https://user@a',
  'https://user:pass@a',
  'https://:pass@a',
  'https://a/?',
  'https://a/#x',
  '',
  'ftp://a',
])
  test(`'${url}' is no address of an API server`, () => {
    const [fault] = faultsOf(stringify({ facts: { apiServer: { url } } }))

    assert.match(fault ?? '', /^facts\.apiServer\.url: must be an https URL of host, port and path alone/)
  })

test('prefixes that no namespace name can begin with are refused', () => {
  for (const prefix of ['Tenant-', '-tenant', 'tenant_', 'tenant.', 'a'.repeat(63), ' '])
    assert.match(
      faultsOf(stringify({ settings: { namespacePrefix: prefix } }))[0] ?? '',
      /^settings\.namespacePrefix: must be the start/,
    )
})

test('an environment that makes no address is a fault of its own', () => {
  const error = errorOf(() => load('{}', { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: 'tcp://x' }))

  assert.deepEqual(
    error.faults.map(({ where }) => where),
    ['facts.apiServer.url'],
  )
})

test('every fault of a file is in one message, in order, ready for the terminal', () => {
  const file = join(folder, 'gatehouse.yaml')
  writeFileSync(
    file,
    `setings: {}
settings:
  rootHost: '*.example.org'
  trustedUsers: [ops, '', 1]
  rootHosts: x
guards:
  route-hostname: {mode: off}
  tenant-hosts: {}
  tenant-host: &guard {mode: warn}
  gateway-hostname: *guard
facts: {source: file, paht: x}
server: {port: 70000, maxBytesInFlight: 64MB}
server: {}
log: {level: !level info}
`,
  )

  const { message, faults: listed } = errorOf(() => loadConfig(file, {}))

  assert.equal(
    message,
    `${file}: 15 faults:
- line 9, column 23: \`guards.tenant-host\`: anchors are not allowed
- line 10, column 21: \`guards.gateway-hostname\`: aliases are not allowed; write the value out
- line 13, column 1: \`server\`: is a duplicate key
- line 14, column 21: \`log.level\`: tags are not allowed; write plain YAML
- facts.paht: is no known key; did you mean 'path'?
- facts.path: is required and must be text
- guards.route-hostname.mode: must be one of 'enforce', 'warn', 'audit', 'disabled'; 'off' is not a mode: write 'disabled'
- guards.tenant-hosts: is no known key; did you mean 'tenant-host'?
- server.maxBytesInFlight: must be a whole number of bytes, at least 1, or a number and a unit (KiB, MiB or GiB) such as '64MiB', not "64MB"
- server.port: must be at most 65535, not 70000
- setings: is no known key; did you mean 'settings'?
- settings.rootHost: must be a DNS name without a wildcard, not "*.example.org"
- settings.rootHosts: is no known key; did you mean 'rootHost'?
- settings.trustedUsers[1]: must not be empty
- settings.trustedUsers[2]: must be text, not 1; put it in quotes`,
  )
  assert.equal(listed.length, 15)
})

test('a message of one fault says so, and one of very many is cut while the list is whole', () => {
  const one = errorOf(() => load('log: {level: 1}'))
  const many = errorOf(() =>
    load(stringify(Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`key${at}`, 1])))),
  )

  assert.match(one.message, /^\/etc\/gatehouse\/gatehouse\.yaml: 1 fault:\n- log\.level: [^\n]*$/)
  assert.equal(many.faults.length, 500)
  assert.equal(many.message.split('\n').length, 102)
  assert.match(many.message, /\n- and 400 more$/)
})

test('a file that cannot be read is refused with the reason', () => {
  mkdirSync(join(folder, 'folder.yaml'))

  assert.equal(
    errorOf(() => loadConfig(join(folder, 'missing.yaml'))).message,
    `${join(folder, 'missing.yaml')}: 1 fault:\n- cannot be read: there is no such file`,
  )
  assert.equal(
    errorOf(() => loadConfig(join(folder, 'folder.yaml'))).message,
    `${join(folder, 'folder.yaml')}: 1 fault:\n- cannot be read: it is a folder`,
  )
})

test('a file without permission is refused with the reason', () => {
  const { message } = unreadable('gatehouse.yaml', Object.assign(new Error('EACCES: ...'), { code: 'EACCES' }))

  assert.equal(message, 'gatehouse.yaml: 1 fault:\n- cannot be read: permission denied')
})

test('a file that is not UTF-8 and a file that is no configuration by its size are refused', () => {
  const latin = errorOf(() => parseConfig(Buffer.from([0x61, 0x3a, 0x20, 0xe4]), 'x.yaml', {}))
  const huge = errorOf(() => parseConfig(Buffer.alloc(300_000, '#'), 'x.yaml', {}))

  assert.equal(latin.message, 'x.yaml: 1 fault:\n- must be UTF-8 text')
  assert.equal(huge.message, 'x.yaml: 1 fault:\n- must be at most 262144 bytes long, not 300000')
})
