import type { KubeClient } from '../cluster/kube-client.ts'
import { KubeError } from '../cluster/kube-error.ts'
import type { Config } from '../config/config.ts'
import { nameWebhook } from '../registration/webhooks.ts'
import { ok, untried, wrong, type Finding } from './doctor-finding.ts'

/** The guard that refuses this document whoever sends it, and whatever namespaces there are. */
const guard = 'gateway-config'
const tried = `a dry run of a malformed \`platform-config\``

/** Whether the API server reaches Gatehouse: a dry run of something that must be refused. Nothing is written. */
export async function examineReachability(client: KubeClient, { guards, settings }: Config): Promise<Finding> {
  const { platformNamespace } = settings
  if (guards[guard].mode !== 'enforce') {
    const remedy = `Set \`guards.${guard}.mode\` to enforce, or write something of your own that must be refused`
    return untried(
      'reachability',
      `Not tried: guard ${guard} is in mode ${guards[guard].mode} and refuses nothing`,
      remedy,
    )
  }
  try {
    await client.send({
      method: 'POST',
      path: `/api/v1/namespaces/${platformNamespace}/configmaps?dryRun=All&fieldManager=gatehouse-doctor`,
      body: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'platform-config', namespace: platformNamespace },
        data: { namespaces: 'gatehouse doctor asks: [' },
      },
    })
    return admitted
  } catch (error) {
    if (!(error instanceof KubeError) || error.status === 0) throw error
    return explainAnswer(error, platformNamespace)
  }
}

const admitted = wrong(
  'reachability',
  `The API server took ${tried}: Gatehouse was not asked`,
  'See the lines on registration; a configuration is effective within a second',
)

function explainAnswer({ status, text }: KubeError, namespace: string): Finding {
  if (text.includes(`admission webhook "${nameWebhook(guard)}" denied the request`)) {
    return ok('reachability', `The API server asks Gatehouse: ${tried} was refused`)
  }
  if (text.includes('failed calling webhook')) {
    return wrong('reachability', text, 'Look at the pods behind the Service, at NetworkPolicies, and at the caBundle')
  }
  // Admission comes before the question whether the name is taken.
  if (status === 409) return admitted
  const remedy = `Call doctor as somebody who may create ConfigMaps in ${namespace}`
  if (status === 403 || status === 404) return untried('reachability', `Not tried: ${text}`, remedy)
  return untried('reachability', `Not tried: the API server answered ${status} ${text}`, remedy)
}
