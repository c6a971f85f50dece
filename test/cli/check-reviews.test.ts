import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { maxBodyBytes } from '../../src/admission/body-limit.ts'
import { runGatehouse, startGatehouse, type RunOptions } from '../support/run-gatehouse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-reviews-'))
after(() => rmSync(folder, { recursive: true }))

const facts = [
  '--config',
  write('config.yaml', 'settings: {rootHost: example.com}\n'),
  '--namespaces',
  write(
    'namespaces.yaml',
    `apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: tenant-maple, labels: {namespace.cozystack.io/host: maple.example.com}}}
`,
  ),
]

const good = reviewOf('good-1', 'shop.maple.example.com')
const bad = reviewOf('bad-1', 'shop.birch.example.com')

test('every review gets one line of JSON, in the order of the input', async () => {
  const { code, stdout, stderr } = await check('-', { input: `${good}\n\n${bad}\r\n \t\n${good}` })

  const [first, second, third, end] = stdout.split('\n')
  assert.equal(first, '{"uid":"good-1","allowed":true,"code":200,"message":"","warnings":[],"violations":[]}')
  assert.equal(third, first)
  assert.equal(end, '')
  const detail = `"shop.birch.example.com" is outside: hostnames must equal 'maple.example.com' or end with '.maple.example.com', the apex of namespace "tenant-maple" (label 'namespace.cozystack.io/host')`
  assert.equal(
    second,
    JSON.stringify({
      uid: 'bad-1',
      allowed: false,
      code: 403,
      message: `spec.hostnames[0]: Forbidden: ${detail} [route-hostname]`,
      warnings: [],
      violations: [
        {
          guard: 'route-hostname',
          origin: 'route-hostname/outside-apex',
          field: 'spec.hostnames[0]',
          type: 'Forbidden',
          value: 'shop.birch.example.com',
          detail,
          effect: 'deny',
        },
      ],
    }),
  )
  assert.equal(stderr, '')
  assert.equal(code, 1)
})

test('what an update keeps is a warning, and a violation with the effect ratchet', async () => {
  const update = change(bad, (request) => ({ ...request, operation: 'UPDATE', oldObject: request['object'] }))

  const { code, stdout } = await check('-', { input: update })

  const { allowed, warnings, violations } = JSON.parse(stdout)
  assert.equal(allowed, true)
  assert.match(warnings[0], /kept because this update did not add it$/)
  assert.equal(violations[0].effect, 'ratchet')
  assert.equal(code, 0)
})

const noReview: Record<string, [string | Buffer, RegExp]> = {
  'no JSON': ['{"a":', /^the body is not JSON$/],
  'another kind of object': ['{"kind":"Pod"}', /no AdmissionReview/],
  'a review without uid': [change(good, (request) => ({ ...request, uid: '' })), /uid/],
  'a duplicate key': [
    good.replace('"dryRun":false', '"dryRun":false,"dryRun":true'),
    /^a JSON object has a duplicate key$/,
  ],
  'bytes that are no UTF-8': [Buffer.concat([Buffer.from('"'), Buffer.from([0xff]), Buffer.from('"')]), /not UTF-8/],
  'nesting without end': ['['.repeat(600) + ']'.repeat(600), /nests too deep/],
}

test('a line that is no review is answered like the server would, without a uid, and the next one is judged', async () => {
  const lines = Object.values(noReview).flatMap(([line]) => [Buffer.from(line), Buffer.from(`\n${good}\n`)])

  const { code, stdout } = await check(write('no-reviews.jsonl', Buffer.concat(lines)))

  const answers = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const [at, [what, [, message]]] of Object.entries(noReview).entries()) {
    const { message: said, ...answer } = answers[at * 2]
    assert.deepEqual(answer, { uid: null, allowed: false, code: 400, warnings: [], violations: [] }, what)
    assert.match(said, message, what)
    assert.equal(answers[at * 2 + 1].uid, 'good-1', what)
  }
  assert.equal(code, 1)
})

test('kind and resource that do not belong together are 400, and the uid tells which review it was', async () => {
  const input = change(good, (request) => ({ ...request, resource: { group: '', version: 'v1', resource: 'pods' } }))

  const { stdout } = await check('-', { input })

  const { uid, code } = JSON.parse(stdout)
  assert.deepEqual({ uid, code }, { uid: 'good-1', code: 400 })
})

test('a line longer than the body that a server takes is 413 and not kept', async () => {
  const long = `"${'x'.repeat(maxBodyBytes)}"`

  const { stdout } = await check('-', { input: `${long}\n${good}\n` })

  const [first, second] = stdout.split('\n').map((line) => (line === '' ? undefined : JSON.parse(line)))
  assert.deepEqual([first.uid, first.allowed, first.code], [null, false, 413])
  assert.equal(second.uid, 'good-1')
})

test('text output names line, operation and object', async () => {
  const input = write('text.jsonl', `${good}\n${bad}\nnonsense\n`)

  const { code, stdout } = await runGatehouse(['check', '--reviews', input, ...facts])

  const lines = stdout.split('\n')
  assert.equal(lines[0], `${input}:1: CREATE HTTPRoute tenant-maple/shop: allowed`)
  assert.ok(
    lines[1]?.startsWith(`${input}:2: CREATE HTTPRoute tenant-maple/shop: denied: spec.hostnames[0]: Forbidden: `),
  )
  assert.equal(lines[2], `${input}:3: no review: denied: the body is not JSON`)
  assert.equal(lines[3], '3 reviews: 1 allowed, 2 denied')
  assert.equal(code, 1)
})

test('a review that is spread over lines is told how to become one', async () => {
  const input = write('pretty.json', JSON.stringify(JSON.parse(good), undefined, 2))

  const { code, stderr } = await runGatehouse(['check', '--reviews', input, ...facts])

  assert.equal(stderr, `No line of ${input} is a review; each review is one line, as 'jq -c .' prints it.\n`)
  assert.equal(code, 1)
})

test('an answer is written while more reviews are still to come', async () => {
  const child = startGatehouse(['check', '--reviews', '-', ...facts, '-o', 'json'])
  child.stdin.write(`${good}\n`)

  const [first] = await once(child.stdout, 'data')
  child.stdin.end(bad)
  const [second] = await once(child.stdout, 'data')
  const [code] = await once(child, 'close')

  assert.equal(JSON.parse(first).uid, 'good-1')
  assert.equal(JSON.parse(second).uid, 'bad-1')
  assert.equal(code, 1)
})

test('no reviews at all are fine, an absent file is not', async () => {
  const [empty, absent] = await Promise.all([check('-'), check(join(folder, 'absent.jsonl'))])

  assert.deepEqual(empty, { code: 0, stdout: '', stderr: '' })
  assert.equal(absent.code, 2)
  assert.equal(absent.stdout, '')
  assert.match(absent.stderr, /absent\.jsonl: 1 fault:\n- cannot be read: there is no such file\n$/)
})

function check(reviews: string, options: RunOptions = {}) {
  return runGatehouse(['check', '--reviews', reviews, ...facts, '-o', 'json'], options)
}

function reviewOf(uid: string, hostname: string): string {
  const group = 'gateway.networking.k8s.io'
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid,
      kind: { group, version: 'v1', kind: 'HTTPRoute' },
      resource: { group, version: 'v1', resource: 'httproutes' },
      namespace: 'tenant-maple',
      name: 'shop',
      operation: 'CREATE',
      userInfo: { username: 'maple' },
      object: { metadata: { name: 'shop' }, spec: { hostnames: [hostname] } },
      oldObject: null,
      dryRun: false,
    },
  })
}

function change(review: string, edit: (request: Record<string, unknown>) => object): string {
  const parsed = JSON.parse(review)
  return JSON.stringify({ ...parsed, request: edit(parsed.request) })
}

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}
