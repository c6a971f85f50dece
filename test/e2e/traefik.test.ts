/** What Gatehouse is for, in real traffic: a tenant's route takes over another tenant's login page, and then it cannot. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { startControlPlane, type ControlPlane } from '../support/control-plane/control-plane.ts'
import { installCrds } from '../support/control-plane/crds.ts'
import { installGatehouse } from '../support/control-plane/gatehouse.ts'
import { controlPlaneTools, whySkipped } from '../support/control-plane/tools.ts'
import { startTraefik, type GatewayController } from '../support/control-plane/traefik.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { prepareTenants, type Manifest } from '../support/shared-gateway/manifests.ts'

const skip = await whySkipped([...controlPlaneTools, 'helm', 'traefik'])
const bank = 'bank.bob.example.org'
const atBob = 'https://accounts.bob.example.org/login'
const atAlice = 'https://phishing.alice.example.org/login'
const refusal = `Error from server (Forbidden): error when creating "takeover.yaml": admission webhook "route-hostname.guards.gatehouse.dev" denied the request: spec.hostnames[0]: Forbidden: "${bank}" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [route-hostname]
`
let plane: ControlPlane
let traefik: GatewayController

before(async () => {
  if (skip !== false) return
  plane = await startControlPlane()
  await installCrds(plane, { channel: 'standard' })
  traefik = await startTraefik(plane)
  await prepareTenants(plane, traefik.port)
})
after(() => plane?.stop())

test('the Gateway controller takes the Gateway and the routes of both tenants for good ones', { skip }, async () => {
  const applied = [await apply('bob', 'bank.yaml'), await apply('alice', 'takeover.yaml')]

  assert.deepEqual(
    applied.map(({ stderr }) => stderr),
    ['', ''],
  )
  for (const [namespace, route] of [
    ['tenant-bob', 'bank'],
    ['tenant-alice', 'takeover'],
  ] as const) {
    // The one thing that Gateway API itself asks of a route: that its Gateway lets it in.
    const condition = `--for=jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True`
    const waited = await plane.kubectl(['-n', namespace, 'wait', `httproute/${route}`, condition, '--timeout=20s'])
    assert.equal(waited.stderr, '')
  }
})

test("without Gatehouse a tenant's route answers for another tenant's login page", { skip }, async () => {
  await redirectsTo(bank, '/login', atAlice)
  // All else of the bank works as ever, so that nobody notices.
  await redirectsTo(bank, '/balance', 'https://accounts.bob.example.org/balance')
})

test('with Gatehouse the same kubectl apply is refused, and the traffic stays where it belongs', { skip }, async () => {
  await installGatehouse(plane, { values: { config: { settings: { rootHost: 'example.org' } } } })
  const removed = await plane.kubectl(['-n', 'tenant-alice', 'delete', 'httproute', 'takeover'], { as: alice })
  await redirectsTo(bank, '/login', atBob)

  const { status, stdout, stderr } = await apply('alice', 'takeover.yaml')

  assert.equal(removed.status, 0, removed.stderr)
  assert.equal(stderr, refusal)
  assert.equal(stdout, '')
  assert.equal(status, 1)
  // Once a later route has effect, an earlier one would have.
  const shop = await apply('alice', 'shop.yaml')
  assert.equal(shop.stderr, '')
  assert.equal(shop.stdout, 'httproute.gateway.networking.k8s.io/shop created\n')
  await redirectsTo('shop.alice.example.org', '/cart', 'https://store.alice.example.org/cart')
  assert.deepEqual(await traefik.get(bank, '/login'), { status: 302, location: atBob })
})

test('a route of her own cannot be turned into one for another tenant either', { skip }, async () => {
  const turned = JSON.stringify({ spec: { hostnames: ['shop.alice.example.org', bank] } })

  const patch = ['-n', 'tenant-alice', 'patch', 'httproute', 'shop', '--type=merge', '-p', turned]
  const { status, stderr } = await plane.kubectl(patch, { as: alice })

  assert.match(stderr, /^Error from server \(Forbidden\): admission webhook .*: spec\.hostnames\[1\]: Forbidden: /)
  assert.equal(status, 1)
  assert.deepEqual(await traefik.get(bank, '/login'), { status: 302, location: atBob })
})

const alice = { user: 'alice' }

function apply(user: string, manifest: Manifest) {
  return plane.kubectl(['apply', '-f', manifest], { as: { user } })
}

/** Waits for the Gateway controller, which gathers changes before it acts. */
async function redirectsTo(host: string, path: string, location: string): Promise<void> {
  let last: unknown
  await waitUntil(`${host}${path} answers with ${location}`, async () => {
    last = await traefik.get(host, path)
    return JSON.stringify(last) === JSON.stringify({ status: 302, location }) || undefined
  }).catch((error: unknown) => assert.fail(`${String(error)}, but with ${JSON.stringify(last)}`))
}
