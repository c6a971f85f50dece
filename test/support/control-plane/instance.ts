/** One `gatehouse serve` process, as the Deployment of the chart would run it. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Processes } from './processes.ts'
import { waitUntil } from './wait-until.ts'

export interface Instance {
  /** Names it towards `plane.processes`. */
  readonly name: string
  /** Where the webhook listens. */
  readonly host: string
  readonly port: number
  readonly healthPort: number
  /** GET on the health port. */
  health(path: string): Promise<{ readonly status: number; readonly text: string }>
  /** Log lines so far. */
  lines(): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Starts it, again after `stop`, and waits until it is ready and follows the namespaces. */
  start(): Promise<void>
  /** Ends it and waits for its end: by SIGTERM it answers what it has in hand, by SIGKILL nothing. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  signal(signal: NodeJS.Signals): Promise<void>
}

export interface InstanceOptions {
  readonly processes: Processes
  readonly name: string
  readonly host: string
  readonly port: number
  readonly healthPort: number
  readonly configFile: string
}

const root = fileURLToPath(new URL('../../..', import.meta.url))

export function createInstance(options: InstanceOptions): Instance {
  const { processes, name, host, port, healthPort, configFile } = options
  const health: Instance['health'] = async (path) => {
    const response = await fetch(`http://127.0.0.1:${healthPort}${path}`, { signal: AbortSignal.timeout(10_000) })
    return { status: response.status, text: await response.text() }
  }
  const isReady = async (): Promise<boolean> => {
    try {
      const { status, text } = await health('/readyz')
      return status === 200 && text.includes('"connected":true')
    } catch {
      return false
    }
  }
  return {
    name,
    host,
    port,
    healthPort,
    health,
    async lines() {
      const whole = (await processes.output(name, 'out')).split('\n').slice(0, -1)
      return whole.map((line): Record<string, unknown> => JSON.parse(line))
    },
    async start() {
      await processes.start({
        name,
        command: process.execPath,
        // As the image starts it.
        args: ['--max-semi-space-size=4', join(root, 'src', 'main.ts'), 'serve', '--config', configFile],
        env: { MALLOC_ARENA_MAX: '2', POD_NAME: name, POD_IP: host, NODE_OPTIONS: '' },
        cwd: root,
      })
      await waitUntil(
        `${name} is ready`,
        async () => {
          const ending = processes.endingOf(name)
          if (ending === undefined) return (await isReady()) || undefined
          const said = `${await processes.output(name, 'err')}${await processes.output(name, 'out')}`
          throw new Error(`${name} ended with ${ending.code ?? ending.signal}:\n${said.slice(-3_000)}`)
        },
        { seconds: 60 },
      )
    },
    stop: async (signal = 'SIGTERM') => void (await processes.stop(name, signal, 40)),
    signal: (signal) => processes.signal(name, signal),
  }
}
