/** Counts of latencies in log-linear buckets, so that recording costs nothing and a rank is off by 0.8 % at most. */
export interface Histogram {
  readonly count: number
  record(milliseconds: number): void
  /** The latency in milliseconds below which `rank` (0 to 1) of all records lie. */
  percentile(rank: number): number
}

/** 64 buckets to each doubling: the middle of a bucket is within 1/128 of what fell into it. */
const subBits = 6
const subBuckets = 1 << subBits
/** A tick is 0.1 µs; 32 bits of them reach seven minutes. */
const ticksPerMillisecond = 10_000
const maxTicks = 2 ** 31 - 1

/** Creates an empty histogram. */
export function createHistogram(): Histogram {
  const counts = new Uint32Array((32 - subBits + 1) * subBuckets)
  let count = 0
  return {
    get count() {
      return count
    },
    record(milliseconds) {
      const ticks = Math.min(Math.max(Math.round(milliseconds * ticksPerMillisecond), 0), maxTicks)
      const at = bucketOf(ticks)
      counts[at] = (counts[at] ?? 0) + 1
      count++
    },
    percentile(rank) {
      const wanted = Math.max(Math.ceil(count * rank), 1)
      let seen = 0
      for (let at = 0; at < counts.length; at++) {
        seen += counts[at] ?? 0
        if (seen >= wanted) return middleOf(at) / ticksPerMillisecond
      }
      return Number.NaN
    },
  }
}

function bucketOf(ticks: number): number {
  if (ticks < subBuckets) return ticks
  const shift = 31 - Math.clz32(ticks) - subBits
  return shift * subBuckets + (ticks >>> shift)
}

function middleOf(bucket: number): number {
  if (bucket < 2 * subBuckets) return bucket
  const shift = Math.floor(bucket / subBuckets) - 1
  return (bucket - shift * subBuckets + 0.5) * 2 ** shift
}
