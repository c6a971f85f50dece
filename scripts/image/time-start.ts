/** Runs inside the image: how long `serve` takes until it serves, with the compile cache and without, in turn. */
import { spawn } from 'node:child_process'

const rounds = 10
const command = ['--max-semi-space-size=4', '/app/src/main.ts', 'serve', '--config', '/etc/gatehouse/gatehouse.yaml']

const cached: number[] = []
const uncached: number[] = []
for (let round = 0; round < rounds; round += 1) {
  cached.push(await timeStart({}))
  uncached.push(await timeStart({ NODE_DISABLE_COMPILE_CACHE: '1' }))
}
console.log(
  `${median(cached)} ms until it serves, ${median(uncached)} ms without the compile cache (medians of ${rounds})`,
)

function timeStart(env: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const begun = performance.now()
    const child = spawn(process.execPath, command, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let took: number | undefined
    child.stdout.on('data', (piece: Buffer) => {
      if (took !== undefined || !piece.includes('Started serving')) return
      took = performance.now() - begun
      child.kill('SIGKILL')
    })
    child.once('close', (code) => {
      if (took === undefined) reject(new Error(`serve ended with ${code}`))
      else resolve(took)
    })
  })
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN)
}
