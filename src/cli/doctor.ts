import { createDiscovery } from '../cluster/discovery.ts'
import { createHandshakeProbe } from '../cluster/handshakes.ts'
import { isForbidden, KubeError } from '../cluster/kube-error.ts'
import type { KubeClient } from '../cluster/kube-client.ts'
import { createLeaseStore } from '../cluster/leases.ts'
import { listAllNamespaces } from '../cluster/kube-namespaces.ts'
import { createSecretStore } from '../cluster/secrets.ts'
import { createRegistrationStore } from '../cluster/webhook-configurations.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { guardIds } from '../guards/resources.ts'
import { observeCoverage } from '../reconcile/coverage.ts'
import { readArguments } from './arguments.ts'
import { readControllerSettings, type ControllerSettings, type WebhookSettings } from './controller-settings.ts'
import { examineCertificates } from './doctor-certificates.ts'
import { examineController } from './doctor-controller.ts'
import { examineFacts } from './doctor-facts.ts'
import { ok, untried, wrong, type DoctorCheck, type Finding } from './doctor-finding.ts'
import { examineReachability } from './doctor-reachability.ts'
import { examineRegistration } from './doctor-registration.ts'
import { renderFindings } from './doctor-text.ts'
import { openKubeClient } from './open-kube-client.ts'
import { readServingCA } from './serving-ca.ts'
import type { Terminal } from './terminal.ts'
import { InputError, UsageError, type Usage } from './usage.ts'

/** Where the chart mounts it. */
const podConfig = '/etc/gatehouse/config/gatehouse.yaml'

export const usage = {
  synopsis: ['[--config FILE] [--kubeconfig FILE] [-o text|json]'],
  options: {
    config: { type: 'string', value: 'FILE', help: `the configuration that is installed; ${podConfig} if absent` },
    kubeconfig: {
      type: 'string',
      value: 'FILE',
      help: 'how the API server is reached; else `cluster.kubeconfig`, else the ServiceAccount of the pod',
    },
    output: { type: 'string', short: 'o', choices: ['text', 'json'], help: 'for people or for machines' },
  },
  notes: [
    'Looks at an installation, in a pod of the controller or from a laptop, and writes nothing: configuration, registration, certificates, the controller, namespaces, and whether the API server asks Gatehouse. What cannot be tried from here is said to be so.',
    "The installed configuration on a laptop: kubectl get configmap -n NAMESPACE gatehouse-config -o jsonpath='{.data.gatehouse\\.yaml}' > gatehouse.yaml",
    'Exits with 0 where nothing is wrong, with 1 where something is, with 2 where the API server cannot be asked.',
  ],
} as const satisfies Usage

/** Examines an installation and says what to do about what is wrong. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, faults } = readArguments(argv, usage)
  if (faults.length > 0) throw new UsageError(faults)
  const path = values.config ?? podConfig
  const config = loadConfig(path)
  const settings = readControllerSettings(config, path)
  const client = await openKubeClient(values.kubeconfig ?? config.cluster.kubeconfig)
  let findings: readonly Finding[]
  try {
    findings = await examine(config, settings, client)
  } catch (error) {
    if (error instanceof KubeError) throw new InputError(`${client.server} cannot be asked: ${error.message}`)
    throw error
  }
  const isGood = findings.every(({ status }) => status !== 'wrong')
  await terminal.print(
    values.output === 'json'
      ? `${JSON.stringify({ ok: isGood, findings })}\n`
      : renderFindings(findings, terminal.paint),
  )
  return isGood ? 0 : 1
}

async function examine(config: Config, settings: ControllerSettings, client: KubeClient): Promise<readonly Finding[]> {
  const { namespace, lease, webhook } = settings
  const { signal } = new AbortController()
  const now = new Date()
  const leases = createLeaseStore(client, namespace, lease.name)
  const parts = await Promise.all([
    webhook === undefined ? Promise.resolve([noWebhook]) : examineWebhook(webhook, client, signal, now),
    allowed('controller', 'the Lease', async () => [await examineController(leases, lease.name, now, signal)]),
    allowed('facts', 'namespaces', async () => examineFacts(await listAllNamespaces(client), config.settings)),
    allowed('reachability', 'the API server', async () => [await examineReachability(client, config)]),
  ])
  return [describeModes(config), ...parts.flat()]
}

const noWebhook = wrong(
  'registration',
  'The configuration does not say what is registered, so that nothing could be compared',
  'Use the configuration that the chart made, with its block `controller.webhook`',
)

function describeModes({ guards }: Config): Finding {
  const modes = Map.groupBy(guardIds, (id) => guards[id].mode)
  const text = Array.from(modes, ([mode, ids]) => `${ids.length} in mode ${mode}`).join(', ')
  return ok('configuration', `${guardIds.length} guards: ${text}`)
}

async function examineWebhook(
  { installation, tlsSecret, serverName }: WebhookSettings,
  client: KubeClient,
  signal: AbortSignal,
  now: Date,
): Promise<readonly Finding[]> {
  const { service } = installation
  const secrets = createSecretStore(client, service.namespace)
  const registrations = createRegistrationStore(client, installation.configurations)
  const input = await observeCoverage(
    { installation, registrations, discovery: createDiscovery(client), readCA },
    signal,
  )
  const configurations = [input.validating, input.mutating].filter((live) => live !== undefined)
  // Pods are not dialled by doctor: the port of one matters to nobody here.
  const probe = createHandshakeProbe({ podPort: 0, service, serverName })
  const certificates = await allowed('certificates', 'Secrets', () =>
    examineCertificates({ secrets, tlsSecret, serverName, configurations, probe, signal, now }),
  )
  return [...examineRegistration(input), ...certificates]

  async function readCA(): Promise<string | undefined> {
    try {
      return await readServingCA(secrets, tlsSecret, signal)
    } catch (error) {
      // The handshake tells as well.
      if (isForbidden(error)) return undefined
      throw error
    }
  }
}

/** Who may not look at one thing can still look at the others. */
async function allowed(
  check: DoctorCheck,
  what: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    if (!isForbidden(error)) throw error
    return [untried(check, `You may not ask for ${what}`, 'Call doctor as somebody who may')]
  }
}
