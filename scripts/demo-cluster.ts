/**
 * What `gatehouse demo --cluster` starts: the demo on a real control plane, with a real Gateway controller. The
 * command itself cannot do it, since an image has no test harness.
 */
import { once } from 'node:events'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createTerminal, type Terminal } from '../src/cli/terminal.ts'
import { startControlPlane, type ControlPlane } from '../test/support/control-plane/control-plane.ts'
import { installCrds } from '../test/support/control-plane/crds.ts'
import { tellProgress } from '../test/support/control-plane/progress.ts'
import { controlPlaneTools, ensureTool, ensureTools } from '../test/support/control-plane/tools.ts'
import { startTraefik, type GatewayController } from '../test/support/control-plane/traefik.ts'
import { prepareTenants } from '../test/support/shared-gateway/manifests.ts'
import { createStage, curl } from './demo-cluster/stage.ts'
import { playStory } from './demo-cluster/story.ts'

/** What is needed and cannot be had (DESIGN section 3). */
const badInput = 2
/** A program that was told to end does so at once; only one that hangs takes longer. */
const patienceMs = 10_000

const wait = 'What is missing is built first, once for all checkouts: all of it takes about ten minutes on two cores'

const terminal = createTerminal(process)
const wish = new AbortController()
const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } })
let plane: ControlPlane | undefined

listenForEnd()
// Nothing that is waited for holds the event loop by itself.
setInterval(() => undefined, 60_000)
const ended = once(wish.signal, 'abort').then(() => undefined)
const shown = show().catch(explain)
const code = await Promise.race([shown, ended])
if (!values.once && (code === 0 || code === 1)) await ended
await cleanUp()
// The keeper of a control plane that was only half started cleans up when this process is gone.
process.exit(code ?? 1)

/** Ctrl-C, a service manager, or the command that started this one and is gone, in whatever way. */
function listenForEnd(): void {
  const end = (): void => wish.abort()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end)
  process.on('disconnect', end)
  // Nobody reads on.
  process.stdout.on('error', end)
}

/** Resolves to the exit code. */
async function show(): Promise<number> {
  // What is there already is found in no time.
  const notice = setTimeout(() => tellProgress(wait), 1_000)
  const tools = await ensureTools([...controlPlaneTools, 'helm'])
  const hasTraefik = await prepareTraefik()
  clearTimeout(notice)
  wish.signal.throwIfAborted()
  tellProgress('Starting etcd, kube-apiserver and kube-controller-manager')
  plane = await startControlPlane()
  tellProgress('Installing CRDs')
  // The standard channel: what a platform has, and what the Gateway controller is made for.
  await installCrds(plane, { channel: 'standard' })
  const gateway = hasTraefik ? await startTraefik(plane) : undefined
  await prepareTenants(plane, gateway?.port ?? 80)
  tellProgress('Ready')
  const stage = createStage({ plane, gateway, terminal, signal: wish.signal })
  await playStory(plane, stage)
  const { answers, surprises } = stage.count()
  const summary =
    surprises === 0
      ? terminal.paint('good', `All ${answers} answers are as expected.`)
      : terminal.paint('bad', `${surprises} of ${answers} answers are not as expected.`)
  await terminal.print(`\n${summary}\n`)
  if (!values.once) await terminal.print(renderInvitation(plane, dirname(tools.kubectl), gateway, terminal))
  return surprises === 0 ? 0 : 1
}

/** The story stands without traffic, too: what cannot be built is said, and what it leaves out. */
async function prepareTraefik(): Promise<boolean> {
  try {
    await ensureTool('traefik')
    return true
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    tellProgress(`Without Traefik no traffic is shown, only what kubectl says. ${reason}`)
    return false
  }
}

function renderInvitation(
  { kubeconfig, folder }: ControlPlane,
  programs: string,
  gateway: GatewayController | undefined,
  { paint }: Terminal,
): string {
  return [
    '',
    `The control plane stays up. ${paint('strong', 'Try it yourself')}, in another terminal:`,
    '',
    `  export KUBECONFIG=${kubeconfig}`,
    `  export PATH=${programs}:$PATH`,
    `  cd ${folder}`,
    '  kubectl --as alice apply -f takeover.yaml',
    ...(gateway === undefined ? [] : [`  ${curl(gateway, 'bank.bob.example.org', '/login')}`]),
    '',
    `Ctrl-C ends the demo and removes ${folder}.`,
    '',
  ].join('\n')
}

function explain(error: unknown): number {
  if (!wish.signal.aborted) console.error(error instanceof Error ? error.message : String(error))
  return badInput
}

async function cleanUp(): Promise<void> {
  if (wish.signal.aborted) endOwnGroup()
  if (plane !== undefined) return plane.stop()
  // A build that was ended removes its half-done work before it fails.
  if (wish.signal.aborted) await Promise.race([shown, sleep(patienceMs)])
}

/** Ends what was started to build or to run once; the keeper of the control plane is in a group of its own. */
function endOwnGroup(): void {
  try {
    process.kill(-process.pid, 'SIGTERM')
  } catch {
    // Not the leader of its group: then Ctrl-C in the terminal has reached them all.
  }
}
