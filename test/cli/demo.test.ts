import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { playScript } from '../../src/cli/demo-play.ts'
import { loadDemoScript } from '../../src/cli/demo-script.ts'
import { createWebhookClient } from '../../src/cli/webhook-client.ts'
import { guardIds } from '../../src/guards/resources.ts'
import { runGatehouse, startGatehouse } from '../support/run-gatehouse.ts'

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
