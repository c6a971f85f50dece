/** What is wrong with one live webhook, its rules apart. */
import type { ExpectedWebhook, Installation } from './expected.ts'
import type { Gap } from './gap.ts'
import type { LiveWebhook } from './live.ts'
import { listCertificates } from './pem.ts'
import { describeReach, isNamespaceSelectorNarrowed } from './selectors.ts'

type Fault = Pick<Gap, 'kind' | 'text' | 'remedy'>

const again = 'Install Gatehouse again, and find out who changed it: `kubectl get --show-managed-fields`'

export function findWebhookFaults(
  live: LiveWebhook,
  expected: ExpectedWebhook,
  installation: Installation,
): readonly Fault[] {
  return [
    ...findServiceFault(live, expected, installation),
    ...findBundleFault(live, installation),
    ...findPolicyFault(live, expected),
    ...findSelectorFaults(live, expected, installation),
    ...findConditionFaults(live, expected),
  ]
}

function findServiceFault(live: LiveWebhook, { path }: ExpectedWebhook, installation: Installation): readonly Fault[] {
  const { service, url } = installation
  const wanted = url === undefined ? describeService({ ...service, path }) : `${url}${path}`
  const found = live.service === undefined ? (live.url ?? 'nobody') : describeService(live.service)
  if (found === wanted) return []
  return [{ kind: 'service', text: `${live.name} calls ${found} instead of ${wanted}`, remedy: again }]
}

function describeService({ name, namespace, path, port }: NonNullable<LiveWebhook['service']>): string {
  return `Service ${namespace}/${name}:${port} ${path}`
}

function findBundleFault({ name, caBundle }: LiveWebhook, { ca }: Installation): readonly Fault[] {
  const bundle = listCertificates(caBundle)
  if (bundle.length === 0) {
    const remedy = 'Wait for who issues the certificates, then look at its logs; see `docs/certificates.md`'
    return [{ kind: 'ca-bundle', text: `The caBundle of ${name} is empty: no call of it can succeed`, remedy }]
  }
  const missing = listCertificates(ca ?? '').filter((certificate) => !bundle.includes(certificate))
  if (missing.length === 0) return []
  const text = `The caBundle of ${name} does not hold the CA of the serving certificate: calls of it fail`
  return [{ kind: 'ca-bundle', text, remedy: 'Wait for the controller to write it, then look at its logs' }]
}

function findPolicyFault({ name, failurePolicy, matchPolicy }: LiveWebhook, expected: ExpectedWebhook): Fault[] {
  const faults: Fault[] = []
  if (expected.failurePolicy === 'Fail' && failurePolicy !== 'Fail') {
    const text = `The failurePolicy of ${name} is ${failurePolicy} instead of Fail: an outage lets everything through`
    faults.push({ kind: 'failure-policy', text, remedy: again })
  }
  if (matchPolicy !== 'Equivalent') {
    const text = `The matchPolicy of ${name} is ${matchPolicy} instead of Equivalent`
    faults.push({ kind: 'match-policy', text, remedy: again })
  }
  return faults
}

function findSelectorFaults(live: LiveWebhook, { reach }: ExpectedWebhook, installation: Installation): Fault[] {
  const faults: Fault[] = []
  if (isNamespaceSelectorNarrowed(live.namespaceSelector, reach, installation)) {
    const wanted = describeReach(reach, installation)
    const text = `The namespaceSelector of ${live.name} leaves out namespaces that it should not; it should be ${wanted}`
    const { ownNamespace, namespacePrefix } = installation
    const isTenants = ownNamespace.startsWith(namespacePrefix)
    const move = `Install Gatehouse elsewhere: ${ownNamespace} counts as a tenant's namespace, and nothing in it is judged`
    faults.push({ kind: 'namespace-selector', text, remedy: isTenants ? move : again })
  }
  if (live.objectSelector.length > 0) {
    const text = `${live.name} has an objectSelector: whoever writes an object chooses its labels, and so not to be judged`
    faults.push({ kind: 'object-selector', text, remedy: again })
  }
  return faults
}

/** A condition that is not there lets more through to us; one more, or another, may let less through. */
function findConditionFaults(live: LiveWebhook, { matchConditions }: ExpectedWebhook): Fault[] {
  const wanted = new Set(matchConditions.map(({ expression }) => canonicalize(expression)))
  return live.matchConditions
    .filter(({ expression }) => !wanted.has(canonicalize(expression)))
    .map(({ name }) => ({
      kind: 'match-condition',
      text: `The matchCondition '${name}' of ${live.name} is not one of Gatehouse's, or is made of other settings`,
      remedy: `${again}. After a change of \`settings\` both come from one \`helm upgrade\``,
    }))
}

/** Lists are sets here, in which order two people write the protected labels. */
function canonicalize(expression: string): string {
  return expression.trim().replaceAll(/\[[^[\]]*\]/g, (list) => {
    try {
      const items: unknown = JSON.parse(list)
      return Array.isArray(items) ? JSON.stringify([...new Set(items.map(String))].toSorted()) : list
    } catch {
      return list
    }
  })
}
