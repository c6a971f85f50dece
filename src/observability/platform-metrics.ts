/** The metrics of what admission rests on: namespaces and configuration (DESIGN section 5). */
import { Gauge, type Registry } from 'prom-client'
import type { Rejection } from '../config/config-error.ts'
import { createClosedCounter } from './closed-counter.ts'

/** What is known of the namespaces at this moment. */
export interface NamespaceFigures {
  readonly namespaces: number
  /** Infinite where nobody knows. */
  readonly ageSeconds: number
  readonly sharedApexes: number
}

const readResults = ['found', 'missing', 'error', 'timeout', 'limited'] as const
export type NamespaceReadResult = (typeof readResults)[number]

const reloadResults = ['success', 'invalid', 'restart_needed'] as const satisfies readonly ('success' | Rejection)[]
export type ReloadResult = 'success' | Rejection

export interface PlatformMetrics {
  /** Tells how to read the figures when the metrics are read. */
  watchNamespaces(read: () => NamespaceFigures): void
  /** A namespace was read live. */
  read(result: NamespaceReadResult): void
  configReloaded(result: ReloadResult): void
}

export function createPlatformMetrics(registry: Registry): PlatformMetrics {
  const registers = [registry]
  let figures = (): NamespaceFigures => ({ namespaces: 0, ageSeconds: Infinity, sharedApexes: 0 })
  new Gauge({
    name: 'gatehouse_namespaces_known',
    help: 'Namespaces whose labels are known.',
    registers,
    collect() {
      this.set(figures().namespaces)
    },
  })
  new Gauge({
    name: 'gatehouse_namespaces_age_seconds',
    help: 'Time since the known namespaces last agreed with their source.',
    registers,
    collect() {
      this.set(figures().ageSeconds)
    },
  })
  new Gauge({
    name: 'gatehouse_apexes_shared',
    help: 'Apexes that more than one namespace owns.',
    registers,
    collect() {
      this.set(figures().sharedApexes)
    },
  })

  return {
    watchNamespaces(read) {
      figures = read
    },
    read: createClosedCounter(
      {
        name: 'gatehouse_namespace_reads_total',
        help: 'Namespaces read live because they were not known, by result; limited was never sent.',
        registers,
      },
      'result',
      readResults,
    ),
    configReloaded: createClosedCounter(
      {
        name: 'gatehouse_config_reloads_total',
        help: 'Changes of the configuration file, by what became of them.',
        registers,
      },
      'result',
      reloadResults,
    ),
  }
}
