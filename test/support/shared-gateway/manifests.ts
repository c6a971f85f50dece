/** A Gateway that two tenants share, and what they and their platform write: for the tests of traffic and the demo. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ControlPlane } from '../control-plane/control-plane.ts'

const source = fileURLToPath(new URL('.', import.meta.url))

const setup = ['tenants.yaml', 'gateway.yaml'] as const
/** What is applied in the course of the story. */
const story = ['bank.yaml', 'takeover.yaml', 'shop.yaml', 'platform-config.yaml'] as const

export type Manifest = (typeof story)[number]

/** Makes tenants and Gateway, and puts the other manifests where kubectl runs, so that it finds them by name. */
export async function prepareTenants({ folder, kubectl }: ControlPlane, port: number): Promise<void> {
  for (const name of [...setup, ...story]) {
    const text = await readFile(join(source, name), 'utf8')
    await writeFile(join(folder, name), text.replace(': PORT', `: ${port}`))
  }
  const { status, stderr } = await kubectl(['apply', ...setup.flatMap((name) => ['-f', name])])
  if (status !== 0) throw new Error(`kubectl ended with ${status}: ${stderr}`)
}
