import type { CounterConfiguration } from 'prom-client'
import { createPendingCounter } from './pending-counter.ts'

/** A counter with one label, whose values are a closed set: every series is there from the start. */
export function createClosedCounter<Label extends string, Value extends string>(
  configuration: Omit<CounterConfiguration<Label>, 'labelNames' | 'collect'>,
  label: Label,
  values: readonly Value[],
): (value: Value) => void {
  const count = createPendingCounter<string>(
    configuration,
    values.map((value) => ({ [label]: value })),
  )
  return (value) => count(values.indexOf(value))
}
