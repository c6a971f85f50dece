import type { Logger } from 'pino'
import { NamespacesFileError } from '../cluster/file-namespaces.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { watchConfig } from '../config/watch.ts'
import { createLogger } from '../observability/logger.ts'
import { type MountedPair, openKeyPair } from '../tls/mounted-pair.ts'
import { readArguments } from './arguments.ts'
import { startGatehouse, type Gatehouse } from './compose.ts'
import { refuseUnfinished } from './refuse-unfinished.ts'
import type { Terminal } from './terminal.ts'
import { untilSignal } from './until-signal.ts'
import { InputError, UsageError, type Usage } from './usage.ts'

export const usage = {
  synopsis: ['--config FILE'],
  options: { config: { type: 'string', required: true, value: 'FILE', help: 'the configuration file' } },
  notes: [
    'Serves admission reviews over HTTPS until SIGTERM, then answers what is in flight and ends.',
    'Exits with 2 where the configuration is wrong, with 1 where the certificate or a port cannot be used.',
  ],
} as const satisfies Usage

/** A certificate or a port that cannot be used (DESIGN section 13). */
const refusedAtStart = 1

/** Runs the admission server until it is told to end. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, faults } = readArguments(argv, usage)
  const path = values.config
  if (faults.length > 0 || path === undefined) throw new UsageError(faults)
  // Listened for from the start: process 1 of a container ignores a signal that nobody listens for.
  const signalled = untilSignal()
  const config = loadConfig(path)
  refuseUnfinished(path, findUnfinished(config))
  const log = createLogger(config.log)
  const started = await start(config, log, terminal)
  if (started === undefined) return refusedAtStart
  const { gatehouse, certificate } = started
  const watch = watchConfig({
    path,
    current: config,
    onChange(changed) {
      gatehouse.reconfigure(changed)
      gatehouse.metrics.configReloaded('success')
      log.info({ path }, 'Reloaded the configuration')
    },
    onRejected(error) {
      gatehouse.metrics.configReloaded(error.rejection)
      log.error({ path, faults: error.faults }, 'Kept the last good configuration')
    },
  })
  const pairWatch = certificate.follow({
    onSwapped({ notAfter }) {
      gatehouse.metrics.certificateReloaded('success')
      log.info({ notAfter }, 'Swapped the certificate')
    },
    onRejected({ message }) {
      gatehouse.metrics.certificateReloaded('invalid')
      log.error({ error: message }, 'Kept the last good certificate')
    },
  })
  const signal = await signalled
  log.info({ signal }, 'Began to drain')
  watch.close()
  pairWatch.close()
  await gatehouse.stop()
  log.info({}, 'Ended')
  return 0
}

interface Started {
  readonly gatehouse: Gatehouse
  readonly certificate: MountedPair
}

async function start(config: Config, log: Logger, terminal: Terminal): Promise<Started | undefined> {
  try {
    const { certificate: files } = config.tls
    const certificate = openKeyPair(files, { requiredNames: files.requiredNames })
    return { gatehouse: await startGatehouse({ config, log, certificate }), certificate }
  } catch (error) {
    // A file of namespaces is named by the configuration, and wrong like it.
    if (error instanceof NamespacesFileError) throw new InputError(error.message)
    terminal.complain(`gatehouse serve: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

function findUnfinished({ tls }: Config): Readonly<Record<string, boolean>> {
  const { file, name, legacyTLS, floor } = tls.profile
  return {
    'tls.additionalCertificate': tls.additionalCertificate !== undefined,
    'tls.clientAuth': tls.clientAuth !== undefined,
    'tls.profile': file !== undefined || name !== undefined || legacyTLS || floor !== undefined,
  }
}
