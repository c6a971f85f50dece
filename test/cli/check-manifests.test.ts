import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { runGatehouse, type RunOptions } from '../support/run-gatehouse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-check-'))
after(() => rmSync(folder, { recursive: true }))

const config = write('config.yaml', 'settings: {rootHost: example.com}\n')
const namespaces = write(
  'namespaces.yaml',
  `apiVersion: v1
kind: Namespace
metadata: {name: tenant-maple, labels: {namespace.cozystack.io/host: maple.example.com}}
---
apiVersion: v1
kind: Namespace
metadata: {name: tenant-birch, labels: {namespace.cozystack.io/host: birch.example.com}}
`,
)
const facts = ['--config', config, '--namespaces', namespaces]

const good = route('good', 'shop.maple.example.com')
const bad = route('bad', 'shop.birch.example.com')
const badText = `denied: spec.hostnames[0]: Forbidden: "shop.birch.example.com" is outside: hostnames must equal 'maple.example.com' or end with '.maple.example.com', the apex of namespace "tenant-maple" (label 'namespace.cozystack.io/host') [route-hostname]`

test('each object gets a line with its place and the denial in the words of a cluster, and the last line sums up', async () => {
  const file = write(
    'mixed.yaml',
    `${good}---\n${bad}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n`,
  )

  const { code, stdout, stderr } = await check([file])

  assert.equal(stderr, '')
  assert.deepEqual(stdout.split('\n'), [
    `${file}:1: HTTPRoute tenant-maple/good: allowed`,
    `${file}:7: HTTPRoute tenant-maple/bad: ${badText}`,
    `${file}:13: Deployment default/web: not judged: no guard looks at this kind`,
    '3 objects: 1 allowed, 1 denied, 1 not judged',
    '',
  ])
  assert.equal(code, 1)
})

test('a review among the manifests is sent to the option for reviews', async () => {
  const file = write('review.yaml', 'apiVersion: admission.k8s.io/v1\nkind: AdmissionReview\nrequest: {}\n')

  const { code, stderr } = await check([file])

  assert.ok(stderr.includes(`${file}: line 1: an AdmissionReview is no manifest; use --reviews`), stderr)
  assert.equal(code, 2)
})

test('where all are allowed the exit code is 0, and warnings are shown', async () => {
  const gateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: tenant-maple}
spec: {gatewayClassName: cilium, listeners: [{name: http, port: 80, protocol: HTTP}]}
`

  const { code, stdout } = await check(['-'], { input: `${good}---\n${gateway}` })

  assert.match(
    stdout,
    /^stdin:1: HTTPRoute tenant-maple\/good: allowed\nstdin:7: Gateway tenant-maple\/edge: allowed\n {2}Warning: spec\.listeners\[0\]/,
  )
  assert.match(stdout, /\n2 objects: 2 allowed \(1 with warnings\), 0 denied\n$/)
  assert.equal(code, 0)
})

test('several violations of one object are told as one denial', async () => {
  const { code, stdout } = await check(['-'], { input: route('bad', 'a..b', 'shop.birch.example.com') })

  assert.match(
    stdout,
    /^stdin:1: HTTPRoute tenant-maple\/bad: denied: 2 violations:\n- spec\.hostnames\[0\]: Invalid value: /,
  )
  assert.match(stdout, /\n- spec\.hostnames\[1\]: Forbidden: /)
  assert.equal(code, 1)
})

test('folders are searched to the bottom for YAML and JSON, links to files included', async () => {
  const tree = join(folder, 'tree')
  mkdirSync(join(tree, 'a', 'b'), { recursive: true })
  write('tree/z.yml', good)
  write(
    'tree/a/b/list.json',
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [{ apiVersion: 'v1', kind: 'Pod' }] }),
  )
  write('tree/a/notes.txt', 'no manifest')
  symlinkSync(write('linked', good), join(tree, 'a', 'link.yaml'))

  const { code, stdout } = await check([tree])

  assert.deepEqual(
    stdout.split('\n').map((line) => line.replace(`${tree}/`, '').split(': ', 2).join(': ')),
    [
      'a/b/list.json:1: Pod default',
      'a/link.yaml:1: HTTPRoute tenant-maple/good',
      'z.yml:1: HTTPRoute tenant-maple/good',
      '3 objects: 2 allowed, 0 denied, 1 not judged',
      '',
    ],
  )
  assert.equal(code, 0)
})

test('what cannot be read is told with its place, hides nothing else, and the exit code is 2', async () => {
  const file = write('broken.yaml', `${good}---\nkind: [HTTPRoute\nspec: }\n---\n${bad}`)
  const latin = join(folder, 'latin.yaml')
  writeFileSync(latin, Buffer.from('name: caf\xe9\n', 'latin1'))
  const empty = join(folder, 'empty')
  mkdirSync(empty)

  const { code, stdout, stderr } = await check([join(folder, 'absent.yaml'), file, latin, empty])

  assert.match(stdout, /good: allowed\n.*bad: denied: .*\n2 objects: 1 allowed, 1 denied\n$/)
  const lines = stderr.split('\n')
  assert.equal(lines[0], `${folder}/absent.yaml: cannot be read: there is no such file`)
  assert.match(lines[1] ?? '', /^.*broken\.yaml: line 8, column 1: /)
  assert.equal(lines[2], `${latin}: must be UTF-8 text`)
  assert.equal(lines[3], `${empty}: the folder holds no *.yaml, *.yml or *.json file`)
  assert.equal(code, 2)
})

test('manifests without any object are no approval', async () => {
  const { code, stdout, stderr } = await check(['-'], { input: '# nothing\n---\n' })

  assert.equal(stdout, '')
  assert.equal(stderr, 'The manifests hold no object, so nothing was judged.\n')
  assert.equal(code, 2)
})

test('-n is for objects without a namespace, and a Namespace or a cluster-wide object has none', async () => {
  const input = ['HTTPRoute', 'Package', 'Namespace'].map((kind) => minimal(kind)).join('---\n')

  const { stdout } = await check(['-', '-n', 'tenant-maple', '-o', 'json'], { input })

  const places = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    places.map(({ kind, namespace, allowed }) => [kind, namespace, allowed]),
    [
      ['HTTPRoute', 'tenant-maple', false],
      ['Package', '', true],
      ['Namespace', '', true],
    ],
  )
})

test('-o json is one line for each object, with what a machine needs of it', async () => {
  const file = write('one.yaml', bad)

  const { code, stdout } = await check([file, '-o', 'json'])

  const { message, violations, ...rest } = JSON.parse(stdout)
  assert.deepEqual(rest, {
    file,
    line: 1,
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    namespace: 'tenant-maple',
    name: 'bad',
    judged: true,
    patch: [],
    allowed: false,
    code: 403,
    warnings: [],
  })
  assert.equal(`denied: ${message}`, badText)
  assert.equal(violations[0].origin, 'route-hostname/outside-apex')
  assert.equal(code, 1)
})

test('--as and --as-group say who creates the object; a service account brings its groups along', async () => {
  const input = `apiVersion: apps.cozystack.io/v1alpha1
kind: Tenant
metadata: {name: oak, namespace: tenant-root}
spec: {host: oak.example.com}
`
  const callers = [
    [],
    ['--as', 'admin', '--as-group', 'system:masters'],
    ['--as', 'system:serviceaccount:cozy-system:a'],
  ]

  const codes = await Promise.all(callers.map(async (as) => (await check(['-', ...as], { input })).code))

  assert.deepEqual(codes, [1, 0, 0])
})

test('Namespaces among the manifests are judged and are no facts', async () => {
  const input = `apiVersion: v1
kind: Namespace
metadata: {name: tenant-oak, labels: {namespace.cozystack.io/host: oak.example.com}}
---
${minimal('HTTPRoute')}`

  const { stdout } = await check(['-', '-n', 'tenant-oak'], { input })

  assert.match(stdout, /^stdin:1: Namespace tenant-oak: denied: .*immutable/)
  assert.match(stdout, /\nstdin:5: HTTPRoute tenant-oak\/thing: denied: .*retry/)
})

test('without --namespaces nothing is known, not even that a name is nobody’s, and a hint says so', async () => {
  const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: free, namespace: tenant-maple}
spec: {rules: [{host: shop.example.net}]}
`

  const { code, stdout, stderr } = await runGatehouse(['check', '-', '--config', config], { input: ingress })

  assert.match(stdout, /denied: .*retry/)
  assert.match(stderr, /--namespaces/)
  assert.equal(code, 1)
})

test('an unknown version and a retired group are refused, a name under generateName is shown as it will begin', async () => {
  const input = [
    minimal('HTTPRoute').replace('v1\n', 'v9\n'),
    'apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {generateName: old-}\n',
  ].join('---\n')

  const { stdout } = await check(['-', '-n', 'tenant-maple'], { input })

  assert.match(stdout, /^stdin:1: HTTPRoute tenant-maple\/thing: denied: apiVersion: Forbidden: "v9"/)
  assert.match(stdout, /\nstdin:5: Ingress tenant-maple\/old-\*: denied: apiVersion: Forbidden: "extensions\/v1beta1"/)
})

test('names and paths cannot steer the terminal', async () => {
  const input = minimal('HTTPRoute').replace('thing', '"\\e[31mred\\u202e"')

  const { stdout } = await check(['-'], { input })

  assert.ok(stdout.startsWith('stdin:1: HTTPRoute default/\\u{1b}[31mred\\u{202e}: '))
})

test('a guard in mode warn warns and one in mode audit is silent', async () => {
  const modes = ['warn', 'audit'].map((mode) =>
    write(`${mode}.yaml`, `settings: {rootHost: example.com}\nguards: {route-hostname: {mode: ${mode}}}\n`),
  )

  const [warn, audit] = await Promise.all(
    modes.map((file) => runGatehouse(['check', '-', '--config', file, '--namespaces', namespaces], { input: bad })),
  )

  assert.match(warn?.stdout ?? '', /allowed\n {2}Warning: spec\.hostnames\[0\]: Forbidden: /)
  assert.match(audit?.stdout ?? '', /allowed\n1 object: 1 allowed, 0 denied\n$/)
  assert.deepEqual([warn?.code, audit?.code], [0, 0])
})

test('a mutator that is switched on fills its gap before the guards judge', async () => {
  const mutating = write(
    'mutating.yaml',
    'settings: {rootHost: example.com}\nmutators: {default-route-hostname: {mode: enforce}}\n',
  )
  const args = ['check', '-', '-n', 'tenant-maple', '--config', mutating, '--namespaces', namespaces]
  const input = `${minimal('HTTPRoute')}spec: {parentRefs: [{name: edge}]}\n`

  const [text, json] = await Promise.all([
    runGatehouse(args, { input }),
    runGatehouse([...args, '-o', 'json'], { input }),
  ])

  assert.match(
    text.stdout,
    /^stdin:1: HTTPRoute tenant-maple\/thing: allowed\n {2}Filled in: \/spec\/hostnames: \["thing\.maple\.example\.com"\]\n/,
  )
  assert.deepEqual(JSON.parse(json.stdout).patch, [
    { op: 'add', path: '/spec/hostnames', value: ['thing.maple.example.com'] },
  ])
  assert.equal(text.code, 0)
})

function check(args: readonly string[], options: RunOptions = {}) {
  return runGatehouse(['check', ...args, ...facts], options)
}

function route(name: string, ...hostnames: string[]): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: tenant-maple}
spec:
  hostnames: [${hostnames.join(', ')}]
`
}

function minimal(kind: string): string {
  const groups: Record<string, string> = {
    HTTPRoute: 'gateway.networking.k8s.io/v1',
    Package: 'cozystack.io/v1alpha1',
    Namespace: 'v1',
  }
  return `apiVersion: ${groups[kind]}\nkind: ${kind}\nmetadata: {name: thing}\n`
}

function write(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
