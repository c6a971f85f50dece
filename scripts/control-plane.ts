/** `npm run control-plane`: a real control plane to try things on, until Ctrl-C. */
import { once } from 'node:events'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { startControlPlane } from '../test/support/control-plane/control-plane.ts'
import { installCrds } from '../test/support/control-plane/crds.ts'
import { ensureCrdSources } from '../test/support/control-plane/crd-modules.ts'
import { tellProgress } from '../test/support/control-plane/progress.ts'
import { controlPlaneTools, ensureTools } from '../test/support/control-plane/tools.ts'

const help = `Usage: npm run control-plane -- [options]

Starts etcd, kube-apiserver and kube-controller-manager on loopback, installs the CRDs of all guarded kinds,
prints how kubectl reaches it, and stays until Ctrl-C. Leaves nothing behind but the built programs, which are
cached. The first start builds them, which takes minutes and needs Go; KUBEBUILDER_ASSETS may name a folder that
has them already.

  --channel CHANNEL  CRDs of Gateway API: experimental (default) or standard
  --prepare          only builds and downloads what the tests need, Helm and Traefik included
  --help             this text
`

const channels = ['experimental', 'standard'] as const

function readOptions() {
  const { values } = parseArgs({
    options: {
      channel: { type: 'string', default: 'experimental' },
      prepare: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const channel = channels.find((each) => each === values.channel)
  if (channel === undefined) throw new Error(`--channel must be one of ${channels.join(', ')}`)
  return { ...values, channel }
}

async function prepare(): Promise<void> {
  await ensureTools([...controlPlaneTools, 'helm', 'traefik'])
  await ensureCrdSources()
}

async function stayUntilSignal(channel: (typeof channels)[number]): Promise<void> {
  const { kubectl } = await ensureTools(controlPlaneTools)
  tellProgress('Starting the control plane')
  const plane = await startControlPlane()
  try {
    tellProgress('Installing CRDs')
    await installCrds(plane, { channel })
    tellProgress(`Ready at ${plane.url}; in another terminal:`)
    console.log(`\nexport KUBECONFIG=${plane.kubeconfig}\nexport PATH=${dirname(kubectl)}:$PATH\n`)
    tellProgress('Ctrl-C ends it and removes everything')
    await untilInterrupted()
  } finally {
    await plane.stop()
  }
}

/** Before it is called a signal ends this process at once, and the keeper of the others cleans up. */
async function untilInterrupted(): Promise<void> {
  // Neither a signal that may come nor the keeper holds the event loop.
  const hold = setInterval(() => undefined, 60_000)
  await Promise.race(['SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => once(process, name)))
  clearInterval(hold)
}

try {
  const { channel, prepare: isOnlyPreparing, help: wantsHelp } = readOptions()
  if (wantsHelp) process.stdout.write(help)
  else if (isOnlyPreparing) await prepare()
  else await stayUntilSignal(channel)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
