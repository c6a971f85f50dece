import { Counter, type CounterConfiguration } from 'prom-client'

/**
 * A counter whose series are known from the start, each named by its place among them. It counts in an array that is
 * added up when somebody reads: one count then costs an addition, not the hashing of its labels.
 */
export function createPendingCounter<Label extends string>(
  configuration: Omit<CounterConfiguration<Label>, 'labelNames' | 'collect'>,
  series: readonly Readonly<Record<Label, string>>[],
): (at: number) => void {
  const pending = new Float64Array(series.length)
  const counter = new Counter<string>({
    ...configuration,
    labelNames: Object.keys(series[0] ?? {}),
    collect() {
      for (const [at, labels] of series.entries()) counter.inc(labels, pending[at])
      pending.fill(0)
    },
  })
  return (at) => {
    pending[at] = (pending[at] ?? 0) + 1
  }
}
