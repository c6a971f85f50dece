/** What people do with kubectl. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProgramResult } from '../../support/control-plane/run-program.ts'
import { editWithKubectl } from './edit.ts'
import * as make from './objects.ts'
import { assertStored, foreign, type Stage } from './stage.ts'
import { textAt, valueAt } from './writer.ts'

const own = 'shop.alice.example.org'
const as = { user: 'alice' }
const hostnames = (name: string) => JSON.stringify({ spec: { hostnames: [name] } })

function assertDone({ status, stderr }: ProgramResult): void {
  assert.equal(status, 0, stderr)
}

/** As kubectl words a refusal; what stands around it depends on the verb. */
function assertDenied({ status, stderr }: ProgramResult, guard: string, words: string): void {
  assert.equal(status, 1, stderr)
  assert.ok(stderr.includes(`admission webhook "${guard}.guards.gatehouse.dev" denied the request: `), stderr)
  assert.ok(stderr.includes(words), stderr)
}

export function testPeople(stage: () => Stage): void {
  const kubectl = (args: readonly string[], object?: make.KubeObject): Promise<ProgramResult> =>
    stage().plane.kubectl(args, { as, ...(object === undefined ? {} : { input: JSON.stringify(object) }) })
  const hostnamesOf = async (object: make.KubeObject): Promise<unknown> =>
    valueAt((await stage().admin.read(object)).body, 'spec', 'hostnames')

  test('kubectl apply --server-side creates and changes what is good, and nothing else', async () => {
    const object = make.route('tenant-alice', 'applied', [own])
    const stolen = make.route('tenant-alice', 'applied', [foreign])
    const apply = ['apply', '--server-side', '-f', '-']

    assertDenied(await kubectl(apply, stolen), 'route-hostname', 'hostnames must equal')
    assertDone(await kubectl(apply, object))
    const forced = [...apply, '--field-manager=another', '--force-conflicts']
    assertDenied(await kubectl(forced, stolen), 'route-hostname', 'hostnames must equal')

    assert.deepEqual(await hostnamesOf(object), [own])
  })

  test('kubectl apply and replace are judged by the object that would result', async () => {
    const object = make.route('tenant-alice', 'classic', [own])
    const stolen = make.route('tenant-alice', 'classic', [foreign])

    assertDone(await kubectl(['apply', '-f', '-'], object))
    assertDenied(await kubectl(['apply', '-f', '-'], stolen), 'route-hostname', 'hostnames must equal')
    assertDenied(await kubectl(['replace', '-f', '-'], stolen), 'route-hostname', 'hostnames must equal')

    assert.deepEqual(await hostnamesOf(object), [own])
  })

  test('kubectl edit saves an own name and reports a foreign one', async () => {
    const object = make.route('tenant-alice', 'edited', [own])
    const { alice, plane } = stage()
    assertStored(await alice.create(object))
    const edit = (from: string, to: string) =>
      editWithKubectl(plane, ['--as=alice', '-n', 'tenant-alice', 'httproute', 'edited'], from, to)

    assertDone(await edit(own, 'www.alice.example.org'))
    assertDenied(await edit('www.alice.example.org', foreign), 'route-hostname', 'hostnames must equal')

    assert.deepEqual(await hostnamesOf(object), ['www.alice.example.org'])
  })

  test('kubectl patch is judged whatever the form of the patch', async () => {
    const object = make.route('tenant-alice', 'patched', [own])
    assertStored(await stage().alice.create(object))
    const patch = ['patch', 'httproute', 'patched', '-n', 'tenant-alice']
    const replace = JSON.stringify([{ op: 'replace', path: '/spec/hostnames/0', value: foreign }])
    const remove = JSON.stringify([{ op: 'remove', path: '/spec/hostnames' }])

    const merged = await kubectl([...patch, '--type=merge', '-p', hostnames(foreign)])
    const replaced = await kubectl([...patch, '--type=json', '-p', replace])
    const removed = await kubectl([...patch, '--type=json', '-p', remove])
    const good = await kubectl([...patch, '--type=merge', '-p', hostnames('www.alice.example.org')])

    assertDenied(merged, 'route-hostname', 'hostnames must equal')
    assertDenied(replaced, 'route-hostname', 'hostnames must equal')
    assertDenied(removed, 'route-hostname', 'must name its hostnames')
    assertDone(good)
    assert.deepEqual(await hostnamesOf(object), ['www.alice.example.org'])
  })

  test('kubectl label and annotate are refused where a label or an annotation decides', async () => {
    assertStored(await stage().alice.create(make.route('tenant-alice', 'labelled', [own])))
    const label = ['label', '--overwrite', 'namespace', 'tenant-alice']
    const strategic = JSON.stringify({ metadata: { labels: { [make.hostLabel]: 'bob.example.org' } } })

    const host = await kubectl([...label, `${make.hostLabel}=bob.example.org`])
    const removed = await kubectl([...label, `${make.hostLabel}-`])
    const patched = await kubectl(['patch', 'namespace', 'tenant-alice', '-p', strategic])
    const annotate = ['annotate', '-n', 'tenant-alice', 'httproute', 'labelled']
    const annotated = await kubectl([...annotate, `external-dns.alpha.kubernetes.io/hostname=${foreign}`])

    for (const answer of [host, removed, patched]) assertDenied(answer, 'namespace-host-label', 'immutable')
    assertDenied(annotated, 'route-hostname', foreign)
    assertDone(await kubectl([...label, 'example.org/team=blue']))
    assertDone(await kubectl(['label', '-n', 'tenant-alice', 'httproute', 'labelled', 'example.org/team=blue']))
    assertDone(await kubectl([...annotate, 'example.org/note=hello']))
    const { body } = await stage().admin.read(make.namespace('tenant-alice'))
    assert.equal(textAt(body, 'metadata', 'labels', make.hostLabel), 'alice.example.org')
  })

  test('a stored violation stays with a warning, and may not grow', async () => {
    const patch = ['patch', '-n', 'tenant-alice', 'httproute', 'stored', '--type=merge', '-p']

    const touched = await kubectl(['label', '-n', 'tenant-alice', 'httproute', 'stored', 'example.org/team=blue'])
    const grown = await kubectl([...patch, JSON.stringify({ spec: { hostnames: [foreign, 'more.bob.example.org'] } })])

    assertDone(touched)
    assert.match(
      touched.stderr,
      /^Warning: spec\.hostnames\[0\]: "shop\.bob\.example\.org" is outside .*; kept because/,
    )
    assertDenied(grown, 'route-hostname', 'more.bob.example.org')
    assert.ok(!grown.stderr.includes(`Forbidden: "${foreign}"`), grown.stderr)
  })

  test('server-side dry runs are judged alike, leave nothing, and are counted as dry runs', async () => {
    const dry = ['apply', '--server-side', '--dry-run=server', '-f', '-']
    const before = await countDecisions(stage())

    const stolen = await kubectl(dry, make.route('tenant-alice', 'dry', [foreign]))
    const good = await kubectl(dry, make.route('tenant-alice', 'dry', [own]))
    const after = await countDecisions(stage())

    assertDenied(stolen, 'route-hostname', 'hostnames must equal')
    assertDone(good)
    const grown = Object.keys(after).filter((series) => after[series] !== before[series])
    assert.deepEqual(grown.toSorted(), ['CREATE allowed true', 'CREATE denied true'])
    assert.equal((await stage().admin.read(make.route('tenant-alice', 'dry', []))).status, 404)
  })
}

/** Of the family route-hostname: operation, decision and whether it was a dry run. */
async function countDecisions({ gatehouse }: Stage): Promise<Readonly<Record<string, number>>> {
  const pages = await Promise.all(gatehouse.instances.map((instance) => instance.health('/metrics')))
  const counts: Record<string, number> = {}
  for (const [, labels = '', count] of pages.flatMap(({ text }) => [
    ...text.matchAll(/^gatehouse_admission_reviews_total\{(.*)\} (\d+)$/gm),
  ])) {
    const valueOf = (label: string): string => new RegExp(`${label}="([^"]*)"`).exec(labels)?.[1] ?? ''
    if (valueOf('family') !== 'route-hostname') continue
    counts[`${valueOf('operation')} ${valueOf('decision')} ${valueOf('dry_run')}`] = Number(count)
  }
  return counts
}
