import assert from 'node:assert/strict'
import { test } from 'node:test'

import { askPlatformConfig, entryWith, type Question } from '../../../test/support/platform-config.ts'
import { createBudget, meaningOf } from './config-text.ts'

function ask(config: string, settings: Question['settings'] = {}) {
  const { code, found } = askPlatformConfig({ text: entryWith({ config }), settings })
  return { code, origins: found.map((line) => line.slice(line.lastIndexOf(' ') + 1)) }
}

const oidc = '[openshell.gateway.oidc]\nissuer = "https://idp.example.com/realms/a"\n'
const driver = 'openshell.drivers.kubernetes'

const configs: Readonly<Record<string, readonly string[]>> = {
  accepted: [
    '',
    '# openshell.gateway.bind_address = "x"\r\n',
    '[openshell]\n[openshell.gateway]\n[openshell.gateway.auth]\n[openshell.drivers.kubernetes]\n[openshell.supervisor]',
    'openshell = { gateway = { log_level = "trace" } }',
    '["openshell" . \'gateway\']\n"log\\u005flevel" = """\nwarn"""',
    'openshell.gateway.auth.allow_unauthenticated_users = false\nopenshell.gateway.disable_tls = false',
    'openshell.gateway.default_image = "ghcr.io/nvidia/openshell/a:1"',
    ...['600', '86400', '0x258', '0o1130', '0b1001011000', '6_00', '+600'].map(
      (value) => `${driver}.sa_token_ttl_secs = ${value}`,
    ),
    `${driver}.supervisor_sideload_method = "image-volume"`,
    `${driver}.app_armor_profile = "RuntimeDefault"`,
    oidc,
    `${oidc}audience = "a"\njwks_ttl_secs = 0\nroles_claim = ""\nscopes_claim = "s"\nadmin_role = "a"\nuser_role = "b"`,
    'openshell.gateway.oidc.issuer = "HTTPS://[::1]:8443/x"',
  ],
  'config-syntax': [
    'x',
    'x =',
    'x = 1 y = 2',
    'x = 1\nx = 2',
    'x.y = 1\nx = 2',
    '[x]\n[x]',
    '[openshell]\ngateway.log_level = "info"\n[openshell.gateway]',
    'x = {y = 1}\nx.z = 2',
    'x = []\n[[x]]',
    'x = {y = 1,}',
    'x = {\ny = 1}',
    'x = "\\e"',
    'x = "\\x61"',
    'x = "\\ud800"',
    'x = 10:30',
    'x = 2026-02-30',
    'x = 012',
    'x = 9223372036854775808',
    'x = -9223372036854775809',
    'x = 0xffffffffffffffff',
    '\ufeffx = 1',
    'x = 1\ry = 1',
    'x = """\r"""',
    'x = "\u0000"',
    'x = "\ud800"',
    `x = ${'['.repeat(33)}${']'.repeat(33)}`,
    `x = ${'{y = '.repeat(33)}1${'}'.repeat(33)}`,
    `x = ${'['.repeat(20_000)}`,
    `${'x.'.repeat(32)}x = 1`,
    `[${'x.'.repeat(32)}x]`,
    `x = [${'1,'.repeat(60_000)}]`,
    `# ${'x'.repeat(64 * 1024)}`,
  ],
  'config-key-unknown': [
    'x = 1',
    '[x]',
    '__proto__.x = 1',
    'openshell.constructor = 1',
    '"openshell.gateway".log_level = "info"',
    'openshell.version = 1',
    '[openshell.gateway.otlp]',
    '[openshell.drivers.docker]',
    'openshell.gateway.sa_token_ttl_secs = 600',
    'openshell.gateway.service_account_name = "x"',
    `${driver}.default_image = "x"`,
    `${driver}.sidecar.proxy_uid = 1`,
    `${oidc}jwks_ttl = 1`,
    '[openshell.credential_drivers.x]\ntransport = "uds"',
    'openshell.credential_drivers = []',
    'openshell.gateway.interceptors = []',
    '[openshell.gateway.interceptors]\ngrpc_endpoint = "x"',
    '[[openshell.supervisor.middleware]]\nname = "x"',
  ],
  'config-key-pinned': [
    'openshell.gateway.bind_address = "0.0.0.0:8080"',
    'openshell.gateway.bind_address.x = 1',
    'openshell.gateway.database_url = "sqlite::memory:"',
    '[openshell.gateway.tls]',
    'openshell.gateway.tls = {}',
    'openshell.gateway.tls = false',
    '[[openshell.gateway.gateway_jwt]]',
    '[openshell.gateway.gateway_jwt.any.thing]',
    `${driver}.grpc_endpoint = "x"`,
  ],
  'config-key-forbidden': [
    'openshell.gateway.disable_tls = true',
    'openshell.gateway.auth.allow_unauthenticated_users = true',
    'openshell.gateway.host_gateway_ip = 1',
    `${driver}.host_gateway_ip = "10.0.0.1"`,
    `${driver}.app_armor_profile = ""`,
    '[[openshell.gateway.interceptors]]\nname = "x"\ngrpc_endpoint = "y"',
    'openshell.supervisor.middleware = [{grpc_endpoint = 1}]',
    '[openshell.credential_drivers."a.b"]\ntransport = "uds"\nargs = []',
  ],
  'config-value': [
    'openshell = 1',
    '[[openshell]]',
    '[[openshell.gateway]]',
    'openshell.drivers = []',
    'openshell.gateway.log_level = "INFO"',
    'openshell.gateway.log_level = ["info"]',
    'openshell.gateway.log_level.x = "info"',
    'openshell.gateway.disable_tls = "false"',
    'openshell.gateway.auth.allow_unauthenticated_users = 0',
    'openshell.gateway.default_image = 1',
    ...['599', '86401', '600.0', '6e2', 'true', '"600"', '9223372036854775807', '2026-01-01'].map(
      (value) => `${driver}.sa_token_ttl_secs = ${value}`,
    ),
    `${driver}.app_armor_profile = 1`,
    '[openshell.gateway.oidc]',
    'openshell.gateway.oidc = "https://idp.example.com"',
    'openshell.gateway.oidc.audience = "x"',
    `${oidc}audience = ""`,
    `${oidc}jwks_ttl_secs = -1`,
    `${oidc}admin_role = "x"`,
    `${oidc}user_role = "x"`,
    ...[
      'http://idp.example.com',
      'https:idp.example.com',
      'https:///idp.example.com',
      'https://',
      'https://:443',
      'https://u@',
      'https://a:99999',
      'https://a b',
      ' https://a',
      'https://a\\\\b',
      'https://\u00e4.example.com',
      'idp.example.com',
      '',
      'https://u@idp.example.com',
      'https://u:p@idp.example.com',
      'https://idp.example.com/?',
      'https://idp.example.com?a=b',
      'https://idp.example.com/x#y',
    ].map((issuer) => `openshell.gateway.oidc.issuer = "${issuer}"`),
  ],
  'image-malformed': ['openshell.gateway.default_image = ""'],
  'image-not-allowed': ['openshell.gateway.supervisor_image = "quay.io/a/b:1"'],
  'image-tag': ['openshell.gateway.supervisor_image = "ghcr.io/nvidia/openshell/a:latest"'],
}

const policy = ['config-key-pinned', 'config-key-forbidden', 'image-not-allowed', 'image-tag']

for (const [verdict, texts] of Object.entries(configs)) {
  for (const text of texts) {
    test(`${JSON.stringify(text).slice(0, 90)} is ${verdict}`, () => {
      const { code, origins } = ask(text)

      assert.deepEqual(origins, verdict === 'accepted' ? [] : [verdict])
      assert.equal(code, verdict === 'accepted' ? 200 : policy.includes(verdict) ? 403 : 422)
    })
  }
}

test('users without a token are let in only where the settings say so', () => {
  const config = 'openshell.gateway.auth.allow_unauthenticated_users = true'

  assert.equal(ask(config, { allowUnauthenticated: true }).code, 200)
  assert.equal(ask(`${config}\nopenshell.gateway.disable_tls = true`, { allowUnauthenticated: true }).code, 403)
})

test('every key of a config is judged, and of each driver and middleware by itself', () => {
  const { code, origins } = ask(`
x = 1
[openshell.credential_drivers.a]
command = "x"
args = []
[openshell.credential_drivers.b]
[[openshell.supervisor.middleware]]
grpc_endpoint = "x"
[[openshell.supervisor.middleware]]
`)

  assert.equal(code, 422)
  assert.deepEqual(origins, [
    'config-key-unknown',
    'config-key-forbidden',
    'config-key-forbidden',
    'config-key-unknown',
    'config-key-forbidden',
    'config-key-unknown',
  ])
})

test('the configs of one document are bounded together', () => {
  const config = `x = [${'1,'.repeat(12_000)}]`
  const entry = (name: string) => ({ name, gateway: { config } })
  const names = ['tenant-a', 'tenant-b', 'tenant-acme', 'tenant-plain', 'tenant-b-dev']

  const { found } = askPlatformConfig({ text: JSON.stringify(names.map(entry)) })

  assert.deepEqual(
    found.map((line) => line.slice(line.lastIndexOf(' ') + 1)),
    [...Array(4).fill('config-key-unknown'), 'config-syntax'],
  )
})

test('meaning is free of spelling, order, comments and empty tables', () => {
  const mean = (text: string | undefined) => meaningOf(text, createBudget())
  const meaning = mean('[openshell.gateway]\nlog_level = "info"\ndisable_tls = false\n')

  assert.equal(mean('# quiet\nopenshell = {gateway = {"disable_tls" = false, log_level = \'info\'}}\n[a.b]\n'), meaning)
  assert.equal(mean('[openshell.gateway]\n# nothing\n'), mean(undefined))
  for (const other of ['', 'x =', 'openshell.gateway.log_level = "info"', 'x = 1', 'x = "1"', 'x = 1.0', 'x = [1]']) {
    assert.notEqual(mean(other), meaning)
  }
})

test('a config that the budget does not cover means its text', () => {
  const budget = createBudget()
  const text = `a = [${'1,'.repeat(20_000)}]`

  const meanings = [text, text, text].map((config) => meaningOf(config, budget) === config)

  assert.deepEqual(meanings, [false, false, true])
})
