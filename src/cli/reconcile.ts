import type { Logger } from 'pino'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { Duration } from '../config/units.ts'
import { showValue } from '../config/show-value.ts'
import { watchConfig } from '../config/watch.ts'
import { resources } from '../guards/resources.ts'
import { resourceName } from '../coverage/gap.ts'
import { createLogger } from '../observability/logger.ts'
import { createLoopMetrics, type LoopMetrics } from '../observability/loop-metrics.ts'
import { runPass } from '../reconcile/loop.ts'
import { buildHealthApp } from '../server/health.ts'
import { listen } from '../server/listen.ts'
import { readArguments } from './arguments.ts'
import type { ControllerParts } from './controller-compose.ts'
import { readControllerSettings } from './controller-settings.ts'
import { openKubeClient } from './open-kube-client.ts'
import { refuseUnfinished } from './refuse-unfinished.ts'
import type { Terminal } from './terminal.ts'
import { untilSignal } from './until-signal.ts'
import { UsageError, type Usage } from './usage.ts'

export const usage = {
  synopsis: ['--config FILE [--kubeconfig FILE]', '--config FILE --once [--timeout TIME] | --dry-run'],
  options: {
    config: { type: 'string', required: true, value: 'FILE', help: 'the configuration file' },
    kubeconfig: {
      type: 'string',
      value: 'FILE',
      help: 'how the API server is reached; else `cluster.kubeconfig`, else the ServiceAccount of the pod',
    },
    once: { type: 'boolean', help: 'take the Lease, work until nothing is left to do, end' },
    'dry-run': { type: 'boolean', help: 'say what would be written next, and write nothing' },
    timeout: { type: 'string', value: 'TIME', help: 'with --once: give up after so long; 5m if absent' },
  },
  notes: [
    'Looks after what Gatehouse needs in the cluster: its own certificates, and whether the registration covers what is served. Of several replicas one is active. Ends on SIGTERM and releases the Lease.',
    '--once exits with 0 when everything is as it should be, with 2 when it is not or another replica holds the Lease. --dry-run exits with 0 when there is nothing to do, with 1 when there is, with 2 on errors.',
  ],
} as const satisfies Usage

const defaultTimeoutMs = 300_000
const changesFound = 1
const failed = 2

/** Runs the controllers until it is told to end, or once. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, faults } = readArguments(argv, usage)
  const timeout = Duration.safeParse(values.timeout ?? '5m')
  const faultsOfUse = [
    ...(values.once === true && values['dry-run'] === true ? ['--once and --dry-run do not go together'] : []),
    ...(values.timeout !== undefined && values.once !== true ? ['--timeout goes with --once'] : []),
    ...(timeout.success ? [] : [`--timeout must be a time such as '5m', not ${showValue(values.timeout)}`]),
  ]
  const path = values.config
  if (faults.length + faultsOfUse.length > 0 || path === undefined) throw new UsageError([...faults, ...faultsOfUse])
  const config = loadConfig(path)
  const parts = { path, kubeconfig: values.kubeconfig, metrics: createLoopMetrics(labels) }
  if (values['dry-run'] === true) {
    return dryRun(await compose(config, createLogger(config.log, toStandardError), parts), terminal)
  }
  const log = createLogger(config.log)
  if (values.once === true) return runOnce(await compose(config, log, parts), log, timeout.data ?? defaultTimeoutMs)
  return serve(config, log, parts)
}

const labels = [...new Set(resources.map(({ resource, group }) => resourceName(resource, group)))]
/** Standard output belongs to what was asked for. */
const toStandardError = { write: (line: string): unknown => process.stderr.write(line) }

interface Parts {
  readonly path: string
  readonly kubeconfig: string | undefined
  readonly metrics: LoopMetrics
}

async function compose(config: Config, log: Logger, { path, kubeconfig, metrics }: Parts): Promise<ControllerParts> {
  refuseUnfinished(path, findUnfinished(config))
  const settings = readControllerSettings(config, path)
  const client = await openKubeClient(kubeconfig ?? config.cluster.kubeconfig)
  const { composeController } = await import('./controller-compose.ts')
  return composeController({ settings, client, metrics, log, podPort: config.server.port })
}

/** The chart says the `target` of the profile, for it mounts that; nobody writes it yet, and nobody was promised so. */
function findUnfinished({ controller }: Config): Readonly<Record<string, boolean>> {
  const { enabled = false, ...gateways } = controller.openshell ?? {}
  const { source = 'none', target: _, ...profile } = controller.tlsProfile ?? {}
  return {
    'controller.openshell': enabled || Object.keys(gateways).length > 0,
    'controller.tlsProfile': source !== 'none' || Object.keys(profile).length > 0,
  }
}

async function serve(first: Config, log: Logger, parts: Parts): Promise<number> {
  let controller = await compose(first, log, parts)
  const health = buildHealthApp({
    metrics: parts.metrics,
    checks: {
      // Leader or not: a replica that stands by is as good as one that leads.
      apiServer: () => ({ ok: controller.elector.hasAnswered() }),
      leader: () => ({ ok: true, leading: controller.elector.isLeading() }),
    },
  })
  const bound = await listen(health, first.server.healthAddress, first.server.healthPort)
  log.info({ health: bound }, 'Started')

  const end = new AbortController()
  let changed = new AbortController()
  const watch = watchConfig({
    path: parts.path,
    current: first,
    onChange(config) {
      log.level = config.log.level
      log.info({ path: parts.path }, 'Reloaded the configuration')
      void replace(config)
    },
    onRejected(error) {
      log.error({ path: parts.path, faults: error.faults }, 'Kept the last good configuration')
    },
  })
  void untilSignal().then((signal) => {
    log.info({ signal }, 'Began to end')
    end.abort()
  })
  while (!end.signal.aborted) await controller.engine.run(AbortSignal.any([end.signal, changed.signal]))
  watch.close()
  await health.close()
  log.info({}, 'Ended')
  return 0

  /** The Lease is released and taken again: two sets of controllers must not write at a time. */
  async function replace(config: Config): Promise<void> {
    try {
      const next = await compose(config, log, parts)
      const before = changed
      changed = new AbortController()
      controller = next
      before.abort()
    } catch (error) {
      log.error({ error: error instanceof Error ? error.message : '' }, 'Kept the last good configuration')
    }
  }
}

async function runOnce({ engine }: ControllerParts, log: Logger, timeoutMs: number): Promise<number> {
  const ending = new AbortController()
  void untilSignal().then(() => ending.abort())
  try {
    const result = await engine.runOnce(AbortSignal.any([AbortSignal.timeout(timeoutMs), ending.signal]))
    if (result === 'not-leader') log.error({}, 'Another replica holds the Lease')
    if (result === 'unfinished') log.error({}, 'Gave up before everything was as it should be')
    return result === 'converged' ? 0 : failed
  } catch (error) {
    log.error({ error: error instanceof Error ? error.message : '' }, 'Failed to take the Lease')
    return failed
  }
}

async function dryRun({ controllers, loop }: ControllerParts, terminal: Terminal): Promise<number> {
  const pass = { signal: new AbortController().signal, dryRun: true, assertLeading: refuseToWrite }
  const results = await Promise.all(controllers.map((controller) => runPass(controller, pass, loop)))
  let code = 0
  for (const [at, result] of results.entries()) {
    const name = controllers[at]?.name ?? ''
    if (result instanceof Error) {
      terminal.complain(`${name}: ${result.message}`)
      code = failed
      continue
    }
    for (const change of result.changes) await terminal.print(`${name}: ${change}\n`)
    if (result.changes.length > 0 && code === 0) code = changesFound
  }
  if (code === 0) await terminal.print('Nothing to do.\n')
  return code
}

function refuseToWrite(): never {
  throw new Error('A dry run writes nothing')
}
