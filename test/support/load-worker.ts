/** Sends reviews over kept-alive connections from a thread of its own, each sender until it is refused a connection. */
import { parentPort, workerData } from 'node:worker_threads'
import { isBeforeRequest } from './connection-error.ts'
import { makeAgent, send } from './webhook.ts'

export interface LoadOptions {
  readonly port: number
  readonly ca: string
  readonly senders: number
  /** Between two reviews of a sender, so that its connection lies idle. */
  readonly pauseMs: number
}

export interface LoadReport {
  answered: number
  /** Answers that said they end their connection. */
  closing: number
  /** Connections that came too late to carry a request. */
  refused: number
  /** Everything else, by its code: requests that were lost. */
  readonly failures: string[]
}

const { port, ca, senders, pauseMs }: LoadOptions = workerData
const report: LoadReport = { answered: 0, closing: 0, refused: 0, failures: [] }
const agent = makeAgent(ca)
const body = JSON.stringify({ kind: 'AdmissionReview', padding: 'x'.repeat(4_000) })

async function run(): Promise<void> {
  for (;;) {
    try {
      const { status, headers } = await send(port, '/validate?timeout=5s', { agent, body })
      if (status !== 200) report.failures.push(String(status))
      report.answered++
      if (headers.connection === 'close') report.closing++
      if (report.answered === senders * 3) parentPort?.postMessage('running')
    } catch (error) {
      if (isBeforeRequest(error)) {
        report.refused++
        return
      }
      report.failures.push(error instanceof Error && 'code' in error ? String(error.code) : String(error))
    }
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

await Promise.all(Array.from({ length: senders }, run))
agent.destroy()
parentPort?.postMessage(report)
