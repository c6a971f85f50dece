/** The pod of `helm test`, run as a process of this machine. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { z } from 'zod'

import { at, one, type Manifest } from './render.ts'

const Environment = z.array(z.object({ name: z.string(), value: z.string() }))

/** Values with which there is something to test. */
export const tested = { test: { namespace: 'tenant-canary' } } as const

/** What `helm test` makes. */
export function hooksOf(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.filter(({ metadata }) => metadata.annotations['helm.sh/hook'] === 'test')
}

/** The rest of it: what is there as long as the release is. */
export function standingOf(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.filter(({ metadata }) => metadata.labels['app.kubernetes.io/component'] === 'test')
}

export function environmentOf(pod: Manifest): Readonly<Record<string, string>> {
  const list = Environment.parse(at(pod, 'spec', 'containers', 0, 'env'))
  return Object.fromEntries(list.map(({ name, value }) => [name, value]))
}

/** Its command, with what is elsewhere than in a pod: the API server and the token. */
export async function runTestPod(
  manifests: readonly Manifest[],
  elsewhere: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const pod = one(hooksOf(manifests), 'Pod')
  const words = (key: string) => z.array(z.string()).parse(at(pod, 'spec', 'containers', 0, key))
  const [program, ...options] = [...words('command'), ...words('args')]
  assert.equal(program, 'node')
  const child = spawn(process.execPath, options, {
    env: { ...environmentOf(pod), ...elsewhere },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  await closed
  return { status: child.exitCode, output: output + errors }
}
