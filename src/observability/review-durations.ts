import { Histogram, type Registry } from 'prom-client'

const name = 'gatehouse_admission_review_duration_seconds'
const help = 'Time from the whole body of a review to its answer, by family.'
// From what an allowed route takes to where the API server begins to give up.
const upperBounds = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]

/** Counts of one family; the last bucket has no bound. */
interface Series {
  readonly family: string
  readonly buckets: Float64Array
  sum: number
}

/**
 * The histogram of review durations. It counts into arrays of its own: prom-client would hash the labels of every
 * single value.
 */
export class ReviewDurations extends Histogram<'family'> {
  readonly #series: ReadonlyMap<string, Series>

  constructor(registry: Registry, families: readonly string[]) {
    super({ name, help, labelNames: ['family'], buckets: upperBounds, registers: [registry] })
    this.#series = new Map(
      families.map((family) => [family, { family, buckets: new Float64Array(upperBounds.length + 1), sum: 0 }]),
    )
  }

  /** A family that is not known counts as `none`. */
  record(family: string, seconds: number): void {
    const series = this.#series.get(family) ?? this.#series.get('none')
    if (series === undefined) return
    let at = 0
    while (at < upperBounds.length && seconds > (upperBounds[at] ?? Infinity)) at++
    series.buckets[at] = (series.buckets[at] ?? 0) + 1
    series.sum += seconds
  }

  /** What prom-client asks a histogram for, whichever way it is read. */
  async getForPromString() {
    return { name, help, type: 'histogram', aggregator: 'sum', values: [...this.#series.values()].flatMap(valuesOf) }
  }
}

function valuesOf({ family, buckets, sum }: Series) {
  const labels = { family }
  let count = 0
  const bounded = [...buckets].map((inBucket, at) => {
    count += inBucket
    return { metricName: `${name}_bucket`, labels: { le: upperBounds[at] ?? '+Inf', ...labels }, value: count }
  })
  return [
    ...bounded,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}
