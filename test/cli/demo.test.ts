import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  cpSync,
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
import { after, test } from 'node:test'

import { playScript } from '../../src/cli/demo-play.ts'
import { loadDemoScript } from '../../src/cli/demo-script.ts'
import { createStage } from '../../scripts/demo-cluster/stage.ts'
import { createWebhookClient } from '../../src/cli/webhook-client.ts'
import { guardIds } from '../../src/guards/resources.ts'
import { runProgram } from '../support/control-plane/run-program.ts'
import { waitUntil } from '../support/control-plane/wait-until.ts'
import { root, runGatehouse, startGatehouse } from '../support/run-gatehouse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-demo-test-'))
after(() => rmSync(folder, { recursive: true }))

test('--once shows every guard at work, ends with 0 and leaves nothing behind', async () => {
  const { code, stdout, stderr } = await runGatehouse(['demo', '--once'], { env: { TMPDIR: folder } })

  assert.equal(stderr, '')
  assert.equal(code, 0)
  for (const id of guardIds)
    assert.match(stdout, new RegExp(`admission webhook "${id}\\.guards\\.gatehouse\\.dev" denied the request: `))
  assert.match(stdout, /^httproute\.gateway\.networking\.k8s\.io\/shop created$/m)
  assert.match(stdout, /^The request is invalid: error when creating "typo\.yaml": /m)
  assert.match(stdout, /^Warning: .*kept because this update did not add it\nhttproute\S+ replaced$/m)
  assert.match(stdout, /^\["blog\.maple\.example\.com"\]$/m)
  assert.match(stdout, /\nAll \d+ answers are as expected\.\n$/)
  assert.deepEqual(readdirSync(folder), [])
})

test('it stays up, answers what the shown curl would send, and Ctrl-C removes everything', async () => {
  const child = startGatehouse(['demo'], { env: { TMPDIR: folder } })
  const closed = once(child, 'close')
  let stdout = ''
  for await (const chunk of child.stdout) {
    stdout += String(chunk)
    if (stdout.includes('Ctrl-C')) break
  }
  const [, caFile = '', review = '', port = '', path = ''] =
    /curl --cacert (\S+) -H 'Content-Type: application\/json' --data-binary @(\S+) 'https:\/\/127\.0\.0\.1:(\d+)(\/validate\?timeout=5s)'/.exec(
      stdout,
    ) ?? []
  const client = createWebhookClient(Number(port), readFileSync(caFile, 'utf8'))

  const answer = await client.send(path, JSON.parse(readFileSync(review, 'utf8')))
  client.close()
  child.kill('SIGINT')
  const [code] = await closed

  assert.equal(answer.allowed, false)
  assert.match(answer.message, /hostnames must equal/)
  assert.equal(code, 0)
  assert.equal(existsSync(caFile), false)
  assert.deepEqual(readdirSync(folder), [])
})

test('an answer that the script does not expect is shown and counted', async () => {
  const script = loadDemoScript()
  const said: string[] = []
  const answer = { allowed: true, code: 200, reason: '', message: '', warnings: ['tenant-birch'], patch: [] }
  const client = { send: () => Promise.resolve(answer), close: () => undefined }
  const print = (text: string) => void said.push(text)
  const paint = (_tone: string, text: string) => text

  const { examples, surprises } = await playScript(script, client, {
    print,
    paint,
    complain: () => assert.fail(),
    input: process.stdin,
  })

  assert.equal(surprises, examples)
  const faults = said.filter((text) => text.startsWith('UNEXPECTED: '))
  for (const fault of [
    'allowed is true',
    'the code is 200, not 403',
    'it does not say retry',
    'it gives away tenant-birch',
  ]) {
    assert.ok(faults.includes(`UNEXPECTED: ${fault}\n`), fault)
  }
})

test('an answer of a cluster that is not as expected is shown and counted', async () => {
  const said: string[] = []
  const stage = createStage({
    plane: { folder, kubectl: () => Promise.resolve({ status: 0, stdout: 'shop created\n', stderr: '' }) },
    gateway: { port: 80, get: () => Promise.resolve({ status: 404, location: undefined }) },
    terminal: {
      print: (text) => void said.push(text),
      paint: (_tone, text) => text,
      complain: () => assert.fail(),
      input: process.stdin,
    },
    signal: new AbortController().signal,
    patienceSeconds: 0,
  })

  await stage.kubectl('apply -f shop.yaml', ['shop created'])
  await stage.kubectl('apply -f shop.yaml', ['Forbidden'], 'isRefused')
  await stage.visit('http://shop.example.com/', 'https://store.example.com/', 'good')

  assert.deepEqual(stage.count(), { answers: 3, surprises: 2 })
  assert.deepEqual(
    said.filter((text) => text.startsWith('UNEXPECTED: ')),
    ['it does not say Forbidden', 'it ended with 0', 'it should be https://store.example.com/'].map(
      (fault) => `UNEXPECTED: ${fault}\n`,
    ),
  )
})

test('--cluster says what it needs where there is no repository', async () => {
  const image = join(folder, 'image')
  cpSync(join(root, 'src'), join(image, 'src'), { recursive: true })
  cpSync(join(root, 'package.json'), join(image, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(image, 'node_modules'))

  const { status, stdout, stderr } = await runProgram(process.execPath, [
    join(image, 'src/main.ts'),
    'demo',
    '--cluster',
  ])

  assert.match(stderr, /^gatehouse demo: --cluster needs Gatehouse's repository, /)
  assert.equal(stdout, '')
  assert.equal(status, 2)
})

for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
  test(`--cluster that is ended by ${signal} ends the build of what it needs, and removes what is half done`, async () => {
    const place = mkdtempSync(join(folder, 'build-'))
    const cache = join(place, 'gatehouse', 'tools')
    // A Go that downloads at once and builds for ever.
    const programs = join(place, 'bin')
    mkdirSync(programs)
    const script = `#!/bin/sh\n[ "$1" = build ] || exit 0\necho $$ >'${place}/pid.new'\nmv '${place}/pid.new' '${place}/pid'\nexec sleep 600\n`
    writeFileSync(join(programs, 'go'), script, { mode: 0o755 })
    const env = {
      PATH: [programs, process.env['PATH']].join(delimiter),
      XDG_CACHE_HOME: place,
      KUBEBUILDER_ASSETS: place,
    }
    const child = startGatehouse(['demo', '--cluster'], { env })
    const output = once(child.stdout.resume(), 'close')
    const closed = once(child, 'exit')
    await waitUntil('the build', () => existsSync(join(place, 'pid')) || undefined)
    const during = readdirSync(cache)

    child.kill(signal)
    const [code] = await closed
    // Closed by the last process that holds it.
    await output

    assert.equal(during.length, 2, 'a lock and a half-done build')
    assert.equal(code, signal === 'SIGKILL' ? null : 1)
    assert.deepEqual(readdirSync(cache), [])
    assert.throws(() => process.kill(Number(readFileSync(join(place, 'pid'), 'utf8')), 0), { code: 'ESRCH' })
  })
}
