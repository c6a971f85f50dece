/** `gatehouse reconcile` and `gatehouse doctor` as they are called: usage, exit codes, no cluster at all. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { findFreePorts } from '../support/control-plane/free-ports.ts'
import { writeKubeconfig } from '../support/control-plane/kubeconfig.ts'
import { runGatehouse } from '../support/run-gatehouse.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'

/** A configuration, and a kubeconfig that leads to nobody. */
async function prepare(t: TestContext, text = '{}') {
  const folder = await makeTemporaryFolder(t)
  const config = join(folder, 'gatehouse.yaml')
  await writeFile(config, text)
  const [port = 0] = await findFreePorts(1)
  const content = { url: `https://127.0.0.1:${port}`, ca: '', token: 'secret-token' }
  return { config, kubeconfig: await writeKubeconfig(join(folder, 'kubeconfig'), content) }
}

const misuses: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /--config FILE is required/],
  [['--config', 'x', '--once', '--dry-run'], /--once and --dry-run do not go together/],
  [['--config', 'x', '--timeout', '5m'], /--timeout goes with --once/],
  [['--config', 'x', '--once', '--timeout', '5'], /--timeout must be a time such as '5m', not "5"/],
]

for (const [args, fault] of misuses) {
  test(`reconcile ${args.join(' ')} is bad usage`, async () => {
    const { code, stdout, stderr } = await runGatehouse(['reconcile', ...args])

    assert.equal(code, 2)
    assert.match(stderr, fault)
    assert.equal(stdout, '')
  })
}

for (const command of ['reconcile', 'doctor']) {
  test(`${command} without a kubeconfig, outside of a pod, guesses nothing`, async (t) => {
    const { config } = await prepare(t)

    const { code, stderr } = await runGatehouse([command, '--config', config])

    assert.equal(code, 2)
    assert.match(stderr, /name a kubeconfig with --kubeconfig or `cluster.kubeconfig`/)
  })
}

test('doctor says that the API server cannot be asked, and ends with 2', async (t) => {
  const { config, kubeconfig } = await prepare(t)

  const { code, stdout, stderr } = await runGatehouse(['doctor', '--config', config, '--kubeconfig', kubeconfig])

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /^https:\/\/127\.0\.0\.1:\d+ cannot be asked: .*ECONNREFUSED/)
  assert.doesNotMatch(stderr, /secret-token/)
})

test('reconcile --once gives up without an API server, and ends with 2', async (t) => {
  const { config, kubeconfig } = await prepare(t)

  const { code, stdout } = await runGatehouse(['reconcile', '--config', config, '--kubeconfig', kubeconfig, '--once'])

  assert.equal(code, 2)
  assert.match(stdout, /Failed to take the Lease/)
  assert.doesNotMatch(stdout, /secret-token/)
})

test('a configuration that cannot work is refused with its place', async (t) => {
  const { config, kubeconfig } = await prepare(t, 'controller: {lease: {renew: 20s}}')

  const { code, stderr } = await runGatehouse(['reconcile', '--config', config, '--kubeconfig', kubeconfig])

  assert.equal(code, 2)
  assert.match(stderr, /controller\.lease: must have `retry` below `renew`/)
})

const unfinished: Readonly<Record<string, string>> = {
  'openshell: {enabled: true}': 'openshell',
  'openshell: {workers: 2}': 'openshell',
  'tlsProfile: {source: auto}': 'tlsProfile',
  'tlsProfile: {target: {name: x}, rollOwn: true}': 'tlsProfile',
}

for (const [block, key] of Object.entries(unfinished)) {
  test(`reconcile does not pretend to act on ${block}`, async (t) => {
    const { config, kubeconfig } = await prepare(t, `controller: {${block}}`)

    const { code, stderr } = await runGatehouse(['reconcile', '--config', config, '--kubeconfig', kubeconfig, '--once'])

    assert.equal(code, 2)
    assert.match(stderr, new RegExp(`controller\\.${key}: is not acted on by this version of Gatehouse`))
  })
}

test('reconcile takes what the chart says of both, which is what it mounts', async (t) => {
  const settings = 'controller: {openshell: {enabled: false}, tlsProfile: {source: none, target: {name: x, key: y}}}'
  const { config, kubeconfig } = await prepare(t, settings)

  const { stdout, stderr } = await runGatehouse(['reconcile', '--config', config, '--kubeconfig', kubeconfig, '--once'])

  assert.match(stdout, /Failed to take the Lease/)
  assert.doesNotMatch(stderr, /not acted on/)
})
