import type { Gatehouse } from '../../support/control-plane/gatehouse.ts'

/** How many reviews Gatehouse has answered so far. */
export async function countReviews({ instances }: Pick<Gatehouse, 'instances'>): Promise<number> {
  const pages = await Promise.all(instances.map((instance) => instance.health('/metrics')))
  const series = pages.flatMap(({ text }) => [...text.matchAll(/^gatehouse_admission_reviews_total\{.*\} (\d+)$/gm)])
  return series.reduce((sum, [, count]) => sum + Number(count), 0)
}
