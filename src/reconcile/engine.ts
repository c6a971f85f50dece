/** Runs controllers while this process leads: each in a loop of its own, so that one that fails holds up no other. */
import type { Controller, Pass } from './controller.ts'
import type { Elector } from './elector.ts'
import { runLoop, runPass, type LoopDeps } from './loop.ts'
import { pause } from './pause.ts'

export interface EngineOptions extends LoopDeps {
  readonly controllers: readonly Controller[]
  readonly elector: Elector
}

export interface Engine {
  /** Runs until the signal ends; everything has ended and the Lease is released when it resolves. */
  run(signal: AbortSignal): Promise<void>
  /** Takes the Lease and works until nothing is left to do. */
  runOnce(signal: AbortSignal): Promise<'converged' | 'unfinished' | 'not-leader'>
}

/** Joins controllers and elector. */
export function createEngine(options: EngineOptions): Engine {
  const { controllers, elector, recorder, clock, createBackoff, log } = options

  return {
    async run(signal) {
      recorder.leading(false)
      await elector.run(signal, async (lead) => {
        recorder.leading(true)
        const pass: Pass = { ...lead, dryRun: false }
        await Promise.all(controllers.map((controller) => runLoop(controller, pass, options)))
        recorder.leading(false)
      })
    },
    async runOnce(signal) {
      let converged = false
      const led = await elector.runOnce(signal, async (lead) => {
        const pass: Pass = { ...lead, dryRun: false }
        const results = await Promise.all(controllers.map((controller) => converge(controller, pass)))
        converged = results.every(Boolean)
      })
      if (!led) return 'not-leader'
      return converged ? 'converged' : 'unfinished'
    },
  }

  /** Passes until one changes nothing; what is waited for outside is no reason to stay. */
  async function converge(controller: Controller, pass: Pass): Promise<boolean> {
    const backoff = createBackoff()
    while (!pass.signal.aborted) {
      const result = await runPass(controller, pass, options)
      if (!(result instanceof Error)) {
        if (result.changes.length === 0) return true
        continue
      }
      log.warn({ controller: controller.name, error: result.message }, 'Failed to reconcile')
      await pause(clock, backoff.next(), pass.signal)
    }
    return false
  }
}
