import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { makeTemporaryFolder } from '../temporary-folder.ts'
import { runProgram } from './run-program.ts'
import type { Tool } from './tool-modules.ts'
import { controlPlaneTools } from './tools.ts'

const module = new URL('tools.ts', import.meta.url).href

test('takes programs from KUBEBUILDER_ASSETS before anything else', async (t) => {
  const { assets, env } = await makeMachine(t, ['etcd', 'kube-apiserver', 'kubectl', 'kube-controller-manager'])

  const { stdout } = await evaluate(
    `console.log(JSON.stringify(await tools.ensureTools(tools.controlPlaneTools)))`,
    env,
  )

  assert.deepEqual(JSON.parse(stdout), Object.fromEntries(controlPlaneTools.map((name) => [name, join(assets, name)])))
})

test('says in one line what is missing where there is no Go', async (t) => {
  const { env } = await makeMachine(t, ['etcd', 'kube-apiserver', 'kubectl'])

  const { stdout } = await evaluate(`console.log(await tools.whySkipped())`, env)

  assert.match(stdout, /^Missing kube-controller-manager, helm: install Go .*KUBEBUILDER_ASSETS.*\n$/)
})

test('skips nothing in CI', async (t) => {
  const { env } = await makeMachine(t, [])

  const { status, stderr } = await evaluate(`await tools.whySkipped()`, { ...env, CI: 'true' })

  assert.equal(status, 1)
  assert.match(stderr, /Missing etcd, kube-apiserver, kube-controller-manager, kubectl/)
})

/** A machine without Go and with an empty cache, and with these programs in a folder of its own. */
async function makeMachine(t: TestContext, names: readonly Tool[]) {
  const folder = await makeTemporaryFolder(t)
  const assets = join(folder, 'assets')
  await mkdir(assets)
  for (const name of names) await writeFile(join(assets, name), '#!/bin/sh\n', { mode: 0o755 })
  return { assets, env: { PATH: folder, HOME: folder, XDG_CACHE_HOME: folder, KUBEBUILDER_ASSETS: assets } }
}

function evaluate(code: string, env: Readonly<Record<string, string>>) {
  const whole = `const tools = await import(${JSON.stringify(module)}); ${code}`
  return runProgram(process.execPath, ['--input-type=module', '--eval', whole], { env })
}
