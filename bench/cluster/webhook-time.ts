import type { ApiRequest } from '../../test/support/control-plane/api-request.ts'

/** What the API server has measured of its calls of validating webhooks so far. */
export interface WebhookTime {
  readonly count: number
  readonly seconds: number
  /** Calls that took less than 5 ms, the first bucket of the histogram. */
  readonly below5: number
}

const metric = 'apiserver_admission_webhook_admission_duration_seconds'

export async function readWebhookTime(request: ApiRequest): Promise<WebhookTime> {
  const { body } = await request('GET', '/metrics')
  const text = typeof body === 'string' ? body : ''
  return {
    count: sumOf(text, `${metric}_count`),
    seconds: sumOf(text, `${metric}_sum`),
    below5: sumOf(text, `${metric}_bucket`, 'le="0.005"'),
  }
}

/** Over all series of this name with this label, those of Gatehouse. */
function sumOf(metrics: string, name: string, label = ''): number {
  const lines = metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes('gatehouse.dev"') && line.includes(label))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
