/** Runs one controller: pass after pass, never two at a time, with a back-off of its own when it fails. */
import type { Controller, Outcome, Pass } from './controller.ts'
import { pause } from './pause.ts'
import type { Backoff, Clock, Log, LoopRecorder } from './ports.ts'

export interface LoopDeps {
  readonly clock: Clock
  readonly log: Log
  readonly recorder: LoopRecorder
  readonly createBackoff: () => Backoff
}

/** Runs passes until the signal ends; never rejects. */
export async function runLoop(controller: Controller, pass: Pass, deps: LoopDeps): Promise<void> {
  const { clock, log, createBackoff } = deps
  const backoff = createBackoff()
  while (!pass.signal.aborted) {
    const result = await runPass(controller, pass, deps)
    if (pass.signal.aborted) return
    let waitMs: number
    if (result instanceof Error) {
      waitMs = backoff.next()
      const fields = {
        controller: controller.name,
        error: result.message,
        retryInSeconds: Math.ceil(waitMs / 1000),
      }
      log.warn(fields, 'Failed to reconcile')
    } else {
      backoff.reset()
      waitMs = result.againMs ?? controller.intervalMs
    }
    await pause(clock, waitMs, pass.signal)
  }
}

/** One pass, counted; the error where it failed. */
export async function runPass(
  controller: Controller,
  pass: Pass,
  { clock, recorder }: Pick<LoopDeps, 'clock' | 'recorder'>,
): Promise<Outcome | Error> {
  const startedAt = clock.now()
  try {
    const outcome = await controller.reconcile(pass)
    recorder.reconciled('success', (clock.now() - startedAt) / 1000)
    return outcome
  } catch (error) {
    // A pass that was ended from outside failed at nothing.
    if (!pass.signal.aborted) recorder.reconciled('error', (clock.now() - startedAt) / 1000)
    return error instanceof Error ? error : new Error(String(error))
  }
}
