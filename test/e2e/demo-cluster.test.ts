/** `gatehouse demo --cluster`: its story, and that nothing is left of it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'

import { findCacheFolder } from '../support/control-plane/cache-folder.ts'
import { ensureCrdSources } from '../support/control-plane/crd-modules.ts'
import { runProgram } from '../support/control-plane/run-program.ts'
import { controlPlaneTools, ensureTools, whySkipped } from '../support/control-plane/tools.ts'
import { runGatehouse, startGatehouse } from '../support/run-gatehouse.ts'

const tools = [...controlPlaneTools, 'helm', 'traefik'] as const
const skip = await whySkipped(tools)
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-demo-test-'))
after(() => rmSync(folder, { recursive: true }))
// A first run builds what is missing, which is no part of what is tried here.
if (skip === false) await ensureTools(tools)

const env = { TMPDIR: folder }
const timeout = 120_000
const refusal = `Error from server (Forbidden): error when creating "takeover.yaml": admission webhook "route-hostname.guards.gatehouse.dev" denied the request: spec.hostnames[0]: Forbidden: "bank.bob.example.org" is outside: hostnames must equal 'alice.example.org' or end with '.alice.example.org', the apex of namespace "tenant-alice" (label 'namespace.cozystack.io/host') [route-hostname]`

test('--once shows the damage, then the refusal and unharmed traffic, and ends with 0', { skip, timeout }, async () => {
  const { code, stdout, stderr } = await runGatehouse(['demo', '--cluster', '--once'], { env })

  assert.equal(code, 0, stderr)
  const answers = stdout.split('\n').filter((line) => /^(httproute|Error|Location|UNEXPECTED)/.test(line))
  assert.deepEqual(answers.slice(0, -1), [
    'httproute.gateway.networking.k8s.io/bank created',
    'Location: https://accounts.bob.example.org/login',
    'httproute.gateway.networking.k8s.io/takeover created',
    'Location: https://phishing.alice.example.org/login',
    'httproute.gateway.networking.k8s.io "takeover" deleted from tenant-alice namespace',
    'Location: https://accounts.bob.example.org/login',
    refusal,
    'httproute.gateway.networking.k8s.io/shop created',
    'Location: https://store.alice.example.org/cart',
    'Location: https://accounts.bob.example.org/login',
  ])
  assert.match(
    answers.at(-1) ?? '',
    /^Error from server .*"gateway-config\.guards\.gatehouse\.dev" denied the request: /,
  )
  const applied = stdout.split('\n').filter((line) => line.endsWith('kubectl --as alice apply -f takeover.yaml'))
  assert.equal(applied.length, 2)
  assert.match(stdout, /\nAll 13 answers are as expected\.\n$/)
  assertShownIn(stdout)
  assert.match(stderr, /^\[ +\d+ s\] Starting etcd, kube-apiserver and kube-controller-manager$/m)
  assert.deepEqual(readdirSync(folder), [])
})

test('it stays up for whoever follows its words, and Ctrl-C removes everything', { skip, timeout }, async (t) => {
  const child = startGatehouse(['demo', '--cluster'], { env })
  t.after(() => child.kill('SIGKILL'))
  const closed = once(child, 'close')
  let stdout = ''
  for await (const chunk of child.stdout) {
    stdout += String(chunk)
    if (stdout.includes('Ctrl-C')) break
  }
  const [, shown = ''] = /in another terminal:\n\n((?: {2}.+\n)+)/.exec(stdout) ?? []
  const [, kubeconfig = ''] = /export KUBECONFIG=(\S+)/.exec(shown) ?? []
  const isThere = existsSync(kubeconfig)

  const typed = await runProgram('sh', ['-c', `${shown.replaceAll('curl ', 'echo curl ')}`], { env: process.env })
  child.kill('SIGINT')
  const [code] = await closed

  assert.equal(isThere, true)
  assert.equal(typed.stderr, `${refusal}\n`)
  assert.match(typed.stdout, /^curl -si -H Host: bank\.bob\.example\.org http:\/\/127\.0\.0\.1:\d+\/login\n$/)
  assert.equal(code, 0)
  assert.deepEqual(readdirSync(folder), [])
})

test(
  'without Traefik it says what it leaves out, and killed in the middle it leaves nothing behind',
  {
    skip,
    timeout,
  },
  async (t) => {
    const child = startGatehouse(['demo', '--cluster'], { env: { ...env, ...(await hideTraefik()) } })
    t.after(() => child.kill('SIGKILL'))
    // Closed by the last process that holds it: everything is over then.
    const closed = once(child.stdout, 'close')
    const said = text(child.stderr)
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      if (String(chunk).includes('takeover created')) break
    }
    const during = readdirSync(folder)

    child.kill('SIGKILL')
    child.stdout.resume()
    await closed

    assert.match(
      await said,
      /^\[ +\d+ s\] Without Traefik no traffic is shown, .*Missing traefik: install Go 1\.26 or later/m,
    )
    assert.equal(during.length, 1)
    assert.deepEqual(readdirSync(folder), [])
  },
)

/** A machine that has all but Traefik, and cannot build. */
async function hideTraefik(): Promise<Readonly<Record<string, string>>> {
  const place = mkdtempSync(join(tmpdir(), 'gatehouse-demo-programs-'))
  after(() => rmSync(place, { recursive: true }))
  const found = await ensureTools([...controlPlaneTools, 'helm'])
  for (const [name, path] of Object.entries(found)) symlinkSync(path, join(place, name))
  writeFileSync(join(place, 'go'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  await ensureCrdSources()
  mkdirSync(join(place, 'gatehouse'))
  symlinkSync(join(findCacheFolder(), 'crds'), join(place, 'gatehouse', 'crds'))
  return {
    KUBEBUILDER_ASSETS: place,
    XDG_CACHE_HOME: place,
    PATH: [place, process.env['PATH']].join(delimiter),
  }
}

/** What the README shows of the story is printed, in that order; ports differ. */
function assertShownIn(stdout: string): void {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, shown = ''] = /^\$ npm run --silent gatehouse -- demo --cluster\n([^`]+)^```$/m.exec(readme) ?? []
  const printed = forgetPorts(stdout)
  let at = 0
  for (const excerpt of shown.split('…\n').filter((text) => text !== '')) {
    const found = printed.indexOf(forgetPorts(excerpt), at)
    assert.ok(found >= 0, `the demo does not print this any more:\n${excerpt}`)
    at = found + excerpt.length
  }
  assert.ok(at > 0)
}

function forgetPorts(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
}
