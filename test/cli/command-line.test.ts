import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { commands } from '../../src/cli/commands.ts'
import { root, runGatehouse, startGatehouse } from '../support/run-gatehouse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-command-line-'))
after(() => rmSync(folder, { recursive: true }))

for (const words of [[], ['help'], ['--help'], ['-h']]) {
  test(`'gatehouse ${words.join(' ')}' lists every command`, async () => {
    const { code, stdout, stderr } = await runGatehouse(words)

    assert.equal(code, 0)
    assert.equal(stderr, '')
    for (const [name, { summary }] of commands) assert.match(stdout, new RegExp(`^ {2}${name} +${summary}$`, 'm'))
  })
}

for (const name of commands.keys()) {
  test(`'gatehouse ${name} --help' shows how it is called, and says the same when asked otherwise`, async () => {
    const asked = [
      [name, '--help'],
      [name, '--no-such-option', '-h'],
      ['help', name],
    ]

    const [first, ...others] = await Promise.all(asked.map((words) => runGatehouse(words)))

    assert.equal(first?.code, 0)
    assert.equal(first?.stderr, '')
    assert.match(first?.stdout ?? '', new RegExp(`\nusage: gatehouse ${name}`))
    for (const other of others) assert.deepEqual(other, first)
  })
}

test('an unknown command is bad usage, with a guess', async () => {
  const { code, stdout, stderr } = await runGatehouse(['chekc', 'x'])

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.equal(
    stderr,
    `gatehouse: "chekc" is no command; did you mean 'check'?\nRun 'gatehouse --help' to see how it is called.\n`,
  )
})

test('a word that every object has is no command', async () => {
  assert.equal((await runGatehouse(['constructor'])).code, 2)
})

test('every fault of a command line is told at once', async () => {
  const { code, stdout, stderr } = await runGatehouse([
    'check',
    '--reviews',
    'r',
    'm.yaml',
    '--as',
    'me',
    '-o',
    'xml',
    '--nope',
  ])

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.deepEqual(stderr.split('\n'), [
    'gatehouse check: 5 faults:',
    `- -o must be one of 'text', 'json', not "xml"`,
    '- "--nope" is no option of this command',
    '- --config FILE is required',
    '- --reviews may not stand beside manifests; use one of the two',
    '- --as is for manifests; a review says these things itself',
    "Run 'gatehouse check --help' to see how it is called.",
    '',
  ])
})

test('neither manifests nor reviews is bad usage', async () => {
  const { code, stderr } = await runGatehouse(['check', '--config', 'examples/config.yaml'])

  assert.equal(code, 2)
  assert.match(stderr, /^gatehouse check: either a MANIFEST or --reviews FILE is required\n/)
})

test('a configuration with faults is told with all of them, and nothing is judged', async () => {
  const config = join(folder, 'config.yaml')
  writeFileSync(config, 'settings: {rootHost: 1}\nguard: {}\n')

  const { code, stdout, stderr } = await runGatehouse(['check', 'examples/manifests', '--config', config])

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /2 faults:\n- guard: is no known key; did you mean 'guards'\?\n- settings\.rootHost: /)
})

test('a file of namespaces with a fault is not half used', async () => {
  const words = ['check', 'examples/manifests', '--config', 'examples/config.yaml']

  const { code, stdout, stderr } = await runGatehouse([...words, '--namespaces', 'examples/config.yaml'])

  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /^examples\/config\.yaml: document 1: /)
})

test('version is that of package.json, as text and as JSON', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

  const [text, json, option] = await Promise.all(
    [['version'], ['version', '-o', 'json'], ['--version']].map((words) => runGatehouse(words)),
  )

  const platform = `${process.platform}-${process.arch}`
  assert.equal(text?.stdout, `gatehouse ${version} (Node ${process.versions.node}, ${platform})\n`)
  assert.deepEqual(JSON.parse(json?.stdout ?? ''), { version, node: process.versions.node, platform })
  assert.equal(option?.stdout, text?.stdout)
})

test('a reader that has seen enough ends the process without a word', async () => {
  const child = startGatehouse(['check', '--reviews', '-', '--config', 'examples/config.yaml'])
  const errors: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  child.stdin.on('error', () => undefined)
  const closed = once(child, 'close')
  child.stdout.destroy()

  child.stdin.write('nonsense\n'.repeat(10_000))
  const [code] = await closed

  assert.equal(Buffer.concat(errors).toString(), '')
  assert.equal(code, 141)
})

test('nothing is coloured where no terminal is, whatever the environment asks for', async () => {
  const { stdout } = await runGatehouse(['check', 'examples/manifests', '--config', 'examples/config.yaml'], {
    env: { FORCE_COLOR: '1' },
  })

  assert.doesNotMatch(stdout, /\p{Cc}\[/u)
})

for (const words of [['version'], ['check', 'examples/manifests', '--config', 'examples/config.yaml']]) {
  test(`${words[0]} loads neither the server nor what it is made with`, async () => {
    const coverage = mkdtempSync(join(folder, 'loaded-'))

    await runGatehouse(words, { env: { NODE_V8_COVERAGE: coverage } })

    const loaded = readdirSync(coverage).flatMap((file) => scriptsIn(join(coverage, file)))
    assert.ok(loaded.some((url) => url.endsWith(`/src/cli/${words[0]}.ts`)))
    const unwanted = /\/node_modules\/(fastify|pino|prom-client|node-forge)\/|\/src\/(server|observability|tls)\//
    assert.deepEqual(
      loaded.filter((url) => unwanted.test(url)),
      [],
    )
  })
}

function scriptsIn(file: string): string[] {
  const { result }: { result: { url: string }[] } = JSON.parse(readFileSync(file, 'utf8'))
  return result.map(({ url }) => url)
}
