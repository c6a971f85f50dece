// Writes, as a dry run, an Ingress whose host cannot be its tenant's, and ends with 0 only if Gatehouse refuses it.
import { readFileSync } from 'node:fs'

const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port, TEST_NAMESPACE: namespace } = process.env
const url = process.env.TEST_SERVER ?? `https://${host.includes(':') ? `[${host}]` : host}:${port}`
const token = process.env.TEST_TOKEN ?? readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/token', 'utf8')
const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'gatehouse-test' },
  spec: { rules: [{ host: 'not-mine.gatehouse-test.invalid' }] },
}

const response = await fetch(`${url}/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses?dryRun=All`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
  body: JSON.stringify(ingress),
  signal: AbortSignal.timeout(30_000),
})
const { message = 'no message' } = await response.json()

const isRefused = response.status === 403 && message.includes('ingress-hostname.guards.gatehouse.dev')
if (isRefused) console.log(`Refused, as it has to be: ${message}`)
else if (response.ok) console.error('The API server took the Ingress: Gatehouse did not refuse it')
else console.error(`Refused by something else (${response.status}): ${message}`)
process.exitCode = isRefused ? 0 : 1
