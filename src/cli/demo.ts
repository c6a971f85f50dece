import { loadConfig } from '../config/load.ts'
import { createLogger } from '../observability/logger.ts'
import { openKeyPair } from '../tls/mounted-pair.ts'
import { readArguments } from './arguments.ts'
import { alignColumns } from './columns.ts'
import { startGatehouse, type Gatehouse } from './compose.ts'
import { runClusterDemo } from './demo-cluster.ts'
import { makeDemoFolder, type DemoFolder } from './demo-folder.ts'
import { playScript, type Played } from './demo-play.ts'
import { loadDemoScript, type DemoScript } from './demo-script.ts'
import { reviewOfObject } from './review-of-object.ts'
import type { Terminal } from './terminal.ts'
import { untilSignal } from './until-signal.ts'
import { UsageError, type Usage } from './usage.ts'
import { createWebhookClient } from './webhook-client.ts'

export const usage = {
  synopsis: ['[--once] [--cluster]'],
  options: {
    once: { type: 'boolean', help: 'end after the examples' },
    cluster: { type: 'boolean', help: 'on a real API server, with kubectl and real traffic; only in the repository' },
  },
  notes: [
    'Makes certificates and example tenants on the spot, starts the real HTTPS server on loopback and sends it what an API server would send, good and bad. Stays up until Ctrl-C and leaves nothing behind.',
    'With --cluster a control plane is started on loopback: etcd, kube-apiserver, kube-controller-manager, Gatehouse with the objects of its chart, and Traefik as the Gateway controller. What is missing is built first, with Go 1.26 or later and once for all checkouts; that takes about ten minutes.',
    'Exit code 0: every answer is as expected. 1: some answer is not. 2: something that is needed cannot be had.',
  ],
} as const satisfies Usage

/** Shows on the real server what Gatehouse allows and refuses. DESIGN section 3. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, faults } = readArguments(argv, usage)
  if (faults.length > 0) throw new UsageError(faults)
  if (values.cluster === true) return runClusterDemo(values.once === true)
  // Listened for from the start: an end by signal would leave the folder behind.
  const signalled = untilSignal()
  const script = loadDemoScript()
  const folder = await makeDemoFolder(script)
  try {
    const config = loadConfig(folder.config)
    const log = createLogger(config.log, { write: (line) => terminal.complain(line.trimEnd()) })
    const gatehouse = await startGatehouse({ config, certificate: openKeyPair(config.tls.certificate), log })
    try {
      const { surprises } = await play(script, gatehouse, folder, terminal)
      if (values.once !== true) {
        await terminal.print(renderInvitation(script, gatehouse, folder, terminal))
        await signalled
      }
      return surprises === 0 ? 0 : 1
    } finally {
      await gatehouse.stop(atOnce)
    }
  } finally {
    folder.remove()
  }
}

/** Nobody calls this server but us. */
const atOnce = { maxAcceptMilliseconds: 0, quietMilliseconds: 0, lastRequestMilliseconds: 0 }

async function play(
  script: DemoScript,
  { webhook }: Gatehouse,
  { ca }: DemoFolder,
  terminal: Terminal,
): Promise<Played> {
  const client = createWebhookClient(webhook.port, ca)
  try {
    await terminal.print(renderIntroduction(script, terminal))
    const played = await playScript(script, client, terminal)
    const { examples, surprises } = played
    const summary =
      surprises === 0
        ? terminal.paint('good', `All ${examples} answers are as expected.`)
        : terminal.paint('bad', `${surprises} of ${examples} answers are not as expected.`)
    await terminal.print(`\n${summary}\n`)
    return played
  } finally {
    client.close()
  }
}

function renderIntroduction({ namespaces }: DemoScript, { paint }: Terminal): string {
  const tenants = Object.entries(namespaces).filter(([name]) => name.startsWith('tenant-'))
  const rows = tenants.map(([name, labels]) => [name, labels['namespace.cozystack.io/host'] ?? ''])
  return [
    paint('strong', 'Tenants share a cluster, each in a namespace of its own, each with one DNS name, its apex:'),
    ...alignColumns(rows),
    'What follows goes over HTTPS to the real server, and each answer is shown as kubectl prints it.',
    '',
  ].join('\n')
}

function renderInvitation(
  { stories, users }: DemoScript,
  { webhook, health }: Gatehouse,
  { path, caFile, write }: DemoFolder,
  { paint }: Terminal,
): string {
  const refused = stories.flatMap(({ examples }) => examples).find(({ expect }) => !expect.allowed)
  const caller = refused === undefined ? undefined : users[refused.as]
  const object = refused?.object
  if (object === undefined || caller === undefined) throw new Error('the script refuses nothing')
  const review = reviewOfObject({
    uid: 'from-curl',
    operation: 'CREATE',
    apiVersion: object.apiVersion,
    kind: object.kind,
    object,
    oldObject: null,
    caller,
    namespace: '',
  })
  const file = write('review.json', `${JSON.stringify(review, null, 2)}\n`)
  const address = `https://127.0.0.1:${webhook.port}`
  return [
    '',
    `The server stays up at ${paint('strong', address)}. Ask it yourself, in another terminal:`,
    '',
    `  curl --cacert ${caFile} -H 'Content-Type: application/json' --data-binary @${file} '${address}/validate?timeout=5s'`,
    '',
    `Health and metrics: http://127.0.0.1:${health.port}/readyz and /metrics. Ctrl-C ends the demo and removes ${path}.`,
    '',
  ].join('\n')
}
