import assert from 'node:assert/strict'
import { test } from 'node:test'

import { forEveryGuard } from '../guards/resources.ts'
import { createKnownNamespaces } from '../../test/support/known-namespaces.ts'
import { createReview, type ReviewParts } from '../../test/support/review.ts'
import type { Guard } from '../guards/guard.ts'
import { guards } from '../guards/index.ts'
import type { GuardId } from '../guards/resources.ts'
import { Settings } from '../tenancy/settings.ts'
import type { Mode } from './decision.ts'
import type { Call } from './admission.ts'
import { judge, type Judged, type JudgeDeps } from './judge.ts'
import type { NamespaceGetter } from './ports.ts'
import { readReview } from './review.ts'

const settings = Settings.parse({ rootHost: 'example.org' })
const open = { [settings.hostLabel]: 'alice.example.org' }
const patient: Pick<Call, 'deadline' | 'enter'> = { deadline: 1000, enter: () => true }

interface Setting {
  readonly mode?: Mode
  readonly replaced?: Partial<Record<GuardId, Guard>>
  readonly namespaces?: NamespaceGetter
  readonly faults?: unknown[]
}

function judgeIn(
  { mode = 'enforce', replaced = {}, namespaces, faults = [] }: Setting,
  request: ReviewParts,
  patience = patient,
): Judged | Promise<Judged> {
  const review = readReview(createReview(request))
  if ('malformed' in review) assert.fail(review.malformed)
  const deps: JudgeDeps = {
    guards: { ...guards, ...replaced },
    namespaces: namespaces ?? createKnownNamespaces({ 'tenant-alice': open }, settings),
    recorder: { fault: (where, uid, error) => faults.push({ where, uid, error }) },
    policy: () => ({ settings, modes: forEveryGuard(() => mode) }),
  }
  return judge(review, deps, patience)
}

function decisionOf(judged: Judged | Promise<Judged>) {
  assert.ok(!(judged instanceof Promise), 'nothing had to be waited for')
  assert.equal(judged.kind, 'decided')
  return judged.kind === 'decided' ? judged.decision : assert.fail()
}

const kind = 'HTTPRoute'
const foreign = { kind, object: { spec: { hostnames: ['x.bob.example.org'] } } }
const own = { kind, object: { spec: { hostnames: ['x.alice.example.org'] } } }
const fresh = { ...own, namespace: 'tenant-new' }

test('what is known is judged at once, without a promise', () => {
  assert.equal(decisionOf(judgeIn({}, own)).allowed, true)
  assert.equal(decisionOf(judgeIn({}, foreign)).code, 403)
})

test('a disabled guard is not asked', () => {
  assert.deepEqual(decisionOf(judgeIn({ mode: 'disabled' }, foreign)).violations, [])
})

test('what no guard looks at is allowed and counted in no family', () => {
  const pods = {
    resource: { group: '', version: 'v1', resource: 'pods' },
    kind: { group: '', version: 'v1', kind: 'Pod' },
  }

  const judged = judgeIn({}, { ...foreign, gvk: pods.kind, resource: pods.resource })

  assert.deepEqual(judged, { kind: 'decided', family: 'none', decision: { ...decisionOf(judged), allowed: true } })
})

test('a guarded kind under another plural, or another kind under a guarded plural, is a mismatch', () => {
  const route = { group: 'gateway.networking.k8s.io', version: 'v1', kind: 'HTTPRoute' }
  const strange = [
    { kind: route, resource: { group: '', version: 'v1', resource: 'configmaps' } },
    { kind: route, resource: { group: 'gateway.networking.k8s.io', version: 'v1beta1', resource: 'httproutes' } },
    {
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: 'gateway.networking.k8s.io', version: 'v1', resource: 'httproutes' },
    },
    {
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: 'extensions', version: 'v1beta1', resource: 'ingresses' },
    },
  ]

  for (const { kind: gvk, resource } of strange) {
    assert.deepEqual(judgeIn({}, { ...foreign, gvk, resource }), { kind: 'mismatch' })
  }
})

test('an unknown namespace is read live before it is refused, and the review takes a place while it waits', async () => {
  const known = createKnownNamespaces({}, settings)
  const asked: unknown[] = []
  const found = new Map<string, ReturnType<NamespaceGetter['get']>>()
  const namespaces: NamespaceGetter = {
    ...known,
    get: (name) => found.get(name),
    refresh: async (name, deadline) => {
      asked.push({ name, deadline })
      found.set(name, { name, labels: open, terminating: false })
    },
  }
  const entered: string[] = []

  const judged = await judgeIn({ namespaces }, fresh, { deadline: 700, enter: (name) => entered.push(name) > 0 })

  assert.deepEqual(asked, [{ name: 'tenant-new', deadline: 700 }])
  assert.deepEqual(entered, ['tenant-new'])
  assert.equal(decisionOf(judged).allowed, true)
})

test('a namespace that stays unknown is refused with advice to retry', async () => {
  const namespaces = { ...createKnownNamespaces({}, settings), refresh: async () => {} }

  const decision = decisionOf(await judgeIn({ namespaces }, fresh))

  assert.equal(decision.code, 403)
  assert.match(decision.message, /retry/)
})

test('a review that may not take a place is not waited for', () => {
  const namespaces = { ...createKnownNamespaces({}, settings), refresh: async () => {} }

  assert.deepEqual(judgeIn({ namespaces }, fresh, { deadline: 1, enter: () => false }), { kind: 'overload' })
})

test('a finalizer comes off an object under deletion without a fact being asked for', () => {
  const namespaces = { ...createKnownNamespaces({}, settings), refresh: () => assert.fail('a fact was asked for') }
  const spec = { hostnames: ['x.bob.example.org'] }
  const object = { metadata: { deletionTimestamp: '2026-09-01T10:00:00Z' }, spec }
  const oldObject = { metadata: { deletionTimestamp: '2026-09-01T10:00:00Z', finalizers: ['a/b'] }, spec }

  const judged = judgeIn({ namespaces }, { kind, namespace: 'tenant-new', object, oldObject })

  assert.equal(decisionOf(judged).allowed, true)
})

test('a finalizer comes off an object that the table does not know, and nothing else may change with it', () => {
  const gone = { deletionTimestamp: '2026-09-01T10:00:00Z' }
  const before = { metadata: { ...gone, finalizers: ['a/b'], annotations: { a: 'b' } }, spec: { host: 'x' } }
  const after = { ...before, metadata: { ...gone, annotations: { a: 'b' } } }
  const retired = { group: 'extensions', version: 'v1beta1' }
  const tried = [
    { gvk: { ...retired, kind: 'Ingress' }, resource: { ...retired, resource: 'ingresses' } },
    {
      gvk: { group: 'gateway.networking.k8s.io', version: 'v9', kind },
      resource: { group: 'gateway.networking.k8s.io', version: 'v9', resource: 'httproutes' },
    },
  ]
  const judgeChange = (object: object, about: object): boolean =>
    decisionOf(judgeIn({}, { kind, ...about, object, oldObject: before } as ReviewParts)).allowed

  for (const about of tried) {
    assert.equal(judgeChange(after, about), true)
    assert.equal(judgeChange({ ...after, spec: { host: 'y' } }, about), false)
    assert.equal(judgeChange({ ...after, other: {} }, about), false)
    assert.equal(judgeChange({ ...after, metadata: { ...gone, annotations: { a: 'c' } } }, about), false)
    assert.equal(judgeChange({ ...after, metadata: { annotations: { a: 'b' } } }, about), false, 'not under deletion')
    assert.equal(judgeChange(after, { ...about, subResource: 'scale' }), false)
  }
})

test('under deletion anything that the guard reads must stay as it was', () => {
  const metadata = { deletionTimestamp: '2026-09-01T10:00:00Z' }
  const object = { metadata, spec: { hostnames: ['y.bob.example.org'] } }

  const judged = judgeIn({}, { kind, object, oldObject: { metadata, spec: { hostnames: ['x.bob.example.org'] } } })

  assert.equal(decisionOf(judged).code, 403)
})

const throwing: Guard = {
  ...guards['route-hostname'],
  check: () => {
    throw new Error('secret detail')
  },
}

test('an enforcing guard that throws refuses with 500, the uid and nothing else', () => {
  const faults: { where?: string }[] = []

  const decision = decisionOf(judgeIn({ replaced: { 'route-hostname': throwing }, faults }, own))

  assert.equal(decision.code, 500)
  assert.match(decision.message, /3f0b8f4e-0000-4000-8000-000000000001/)
  assert.doesNotMatch(decision.message, /secret/)
  assert.deepEqual(
    faults.map(({ where }) => where),
    ['route-hostname'],
  )
})

test('a guard that throws without enforcing is counted and allows', () => {
  const faults: unknown[] = []

  const decision = decisionOf(judgeIn({ mode: 'audit', replaced: { 'route-hostname': throwing }, faults }, own))

  assert.equal(decision.allowed, true)
  assert.equal(faults.length, 1)
})
