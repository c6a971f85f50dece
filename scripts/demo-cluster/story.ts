/** What happens in the demo: the damage first, then the same writes with Gatehouse in front of them. */
import { installGatehouse } from '../../test/support/control-plane/gatehouse.ts'
import type { ControlPlane } from '../../test/support/control-plane/control-plane.ts'
import { tellProgress } from '../../test/support/control-plane/progress.ts'
import type { Stage } from './stage.ts'

const login = 'http://bank.bob.example.org/login'
const bobsLogin = 'https://accounts.bob.example.org/login'
const phishing = 'https://phishing.alice.example.org/login'

/** Plays it on a control plane where the tenants are prepared. */
export async function playStory(plane: ControlPlane, stage: Stage): Promise<void> {
  await showTenants(stage)
  await showDamage(stage)
  await installGatehouse(plane, { values: { config: { settings: { rootHost: 'example.org' } } } })
  tellProgress('Gatehouse is installed')
  await showGuard(stage)
  await showRest(stage)
}

async function showTenants({ tell, kubectl, visit }: Stage): Promise<void> {
  await tell(
    'Two tenants share a cluster and a Gateway. Each has a namespace, the right to write routes in it, and one DNS name:',
  )
  await kubectl('get namespaces -L namespace.cozystack.io/host tenant-alice tenant-bob', [
    'alice.example.org',
    'bob.example.org',
  ])
  await tell("Bob's bank sends people who log in to his accounts page.")
  await kubectl('--as bob apply -f bank.yaml', ['httproute.gateway.networking.k8s.io/bank created'])
  await visit(login, bobsLogin, 'good')
}

async function showDamage({ hasTraffic, tell, show, kubectl, visit }: Stage): Promise<void> {
  await tell('Without Gatehouse: alice writes a route in her own namespace, for a page of the bank.')
  await show('takeover.yaml')
  await kubectl('--as alice apply -f takeover.yaml', ['httproute.gateway.networking.k8s.io/takeover created'])
  await visit(login, phishing, 'bad')
  if (hasTraffic)
    await tell('Whoever logs in at the bank now gives the password to alice. Kubernetes had no objection.')
}

async function showGuard({ hasTraffic, tell, kubectl, visit }: Stage): Promise<void> {
  await tell('Gatehouse is installed from its chart, and the route removed.')
  await kubectl('get validatingwebhookconfigurations', ['gatehouse'])
  await kubectl('--as alice --namespace tenant-alice delete httproute takeover', ['"takeover" deleted'])
  await visit(login, bobsLogin, 'good')
  await tell('With Gatehouse: the same once more.')
  await kubectl(
    '--as alice apply -f takeover.yaml',
    [
      'Error from server (Forbidden): ',
      'admission webhook "route-hostname.guards.gatehouse.dev" denied the request: ',
      `spec.hostnames[0]: Forbidden: "bank.bob.example.org" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice"`,
    ],
    'isRefused',
  )
  await tell(hasTraffic ? "Alice's own names work as ever, and the bank is bob's." : "Alice's own names work as ever.")
  await kubectl('--as alice apply -f shop.yaml', ['httproute.gateway.networking.k8s.io/shop created'])
  // First her route, which came later: once it has effect, a takeover would have.
  await visit('http://shop.alice.example.org/cart', 'https://store.alice.example.org/cart', 'good')
  await visit(login, bobsLogin, 'good')
}

async function showRest({ tell, show, kubectl }: Stage): Promise<void> {
  await tell("An administrator is held to the same: a gateway for alice's agents gets no name of bob's.")
  await show('platform-config.yaml')
  await kubectl(
    'apply -f platform-config.yaml',
    [
      'admission webhook "gateway-config.guards.gatehouse.dev" denied the request: ',
      'data.namespaces[0].gateway.serverDnsNames[0]: Forbidden: "agents.bob.example.org"',
    ],
    'isRefused',
  )
}
