/** Clients that write as fast as they are answered. */
import { createHistogram, type Histogram } from '../histogram.ts'

export interface Load {
  readonly clients: number
  readonly seconds: number
}

/** Sends one write and resolves when it is answered; rejects what is not answered as it should be. */
export type Write = (index: number) => Promise<void>

/** Resolves with the milliseconds of every write. */
export async function runLoad(write: Write, { clients, seconds }: Load): Promise<Histogram> {
  const latencies = createHistogram()
  const end = performance.now() + seconds * 1000
  let index = 0
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      const startedAt = performance.now()
      await write(index++)
      latencies.record(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: clients }, work))
  return latencies
}
