import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { untilSignal } from './until-signal.ts'
import { InputError } from './usage.ts'

/** Started and not imported: src stands alone, and no image has it. */
const script = fileURLToPath(new URL('../../scripts/demo-cluster.ts', import.meta.url))

/** Plays the demo on a control plane that the repository's test harness starts, and resolves to the exit code. */
export async function runClusterDemo(isOnce: boolean): Promise<number> {
  if (!existsSync(script)) {
    throw new InputError(
      "gatehouse demo: --cluster needs Gatehouse's repository, whose test harness builds and starts the control plane; in a checkout run `npm run gatehouse -- demo --cluster`. Without --cluster the demo runs anywhere.",
    )
  }
  const child = fork(script, isOnce ? ['--once'] : [], {
    // A group of its own: it hears of Ctrl-C from here alone, and can end its whole group.
    detached: true,
    execArgv: [],
    // The channel says nothing; when it closes, for whatever reason, the other side cleans up.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  void untilSignal().then((signal) => child.kill(signal))
  const [code]: unknown[] = await once(child, 'exit')
  return typeof code === 'number' ? code : 1
}
