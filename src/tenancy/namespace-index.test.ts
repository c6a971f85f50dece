import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { foldCase, inApex, isApex } from '../hostnames/name.ts'
import { createNamespaceIndex, type NamespaceIndex } from './namespace-index.ts'
import { labelOf, type Namespace, type TenancySettings } from './tenancy.ts'

const settings: TenancySettings = { namespacePrefix: 'tenant-', hostLabel: 'host' }

function namespaceOf(name: string, host?: string, terminating = false): Namespace {
  return { name, labels: host === undefined ? {} : { host }, terminating }
}

function indexWith(...namespaces: readonly Namespace[]): NamespaceIndex {
  const index = createNamespaceIndex(settings, () => true)
  index.replaceAll(namespaces)
  return index
}

describe('namespace index', () => {
  it('is as complete as its source says at the moment of asking', () => {
    let complete = false
    const index = createNamespaceIndex(settings, () => complete)

    const before = index.apexes.complete
    complete = true

    assert.equal(before, false)
    assert.equal(index.apexes.complete, true)
  })

  it('lets any namespace own an apex, inside the tenant prefix or not, terminating or not', () => {
    const index = indexWith(
      namespaceOf('tenant-a', 'a.org'),
      namespaceOf('partner', 'b.org'),
      namespaceOf('leaving', 'c.org', true),
    )

    assert.deepEqual(index.apexes.ownerOf('x.a.org'), { apex: 'a.org', namespaces: ['tenant-a'] })
    assert.deepEqual(index.apexes.ownerOf('x.b.org'), { apex: 'b.org', namespaces: ['partner'] })
    assert.deepEqual(index.apexes.ownerOf('x.c.org'), { apex: 'c.org', namespaces: ['leaving'] })
  })

  it('folds an apex by ASCII alone', () => {
    const index = indexWith(namespaceOf('tenant-a', 'Case-Probe.Example.ORG'), namespaceOf('tenant-k', '\u212A.org'))

    assert.equal(index.apexes.ownerOf('case-probe.example.org')?.apex, 'case-probe.example.org')
    assert.equal(index.apexes.ownerOf('k.org'), undefined)
  })

  for (const host of ['', '*', '*.a.org', 'a..org', 'a.org.', 'Foo_Bar..x', '10.0.0.1', 'a.org:80', ' a.org']) {
    it(`finds no apex in the label '${host}'`, () => {
      const index = indexWith(namespaceOf('tenant-a', host))

      assert.equal(index.apexes.ownerOf('a.org'), undefined)
      assert.equal(index.apexes.hasApexBelow('org'), false)
      assert.equal(index.size, 1)
    })
  }

  it('takes nothing from a prototype', () => {
    const index = createNamespaceIndex({ ...settings, hostLabel: 'toString' }, () => true)

    index.put(namespaceOf('tenant-a', 'a.org'))
    index.put({
      name: '__proto__',
      labels: { toString: 'b.org' } as unknown as Record<string, string>,
      terminating: false,
    })

    assert.equal(index.get('constructor'), undefined)
    assert.equal(index.get('__proto__')?.name, '__proto__')
    assert.equal(index.apexes.ownerOf('a.org'), undefined)
    assert.equal(index.apexes.ownerOf('b.org')?.apex, 'b.org')
  })

  it('gives up the old apex of a namespace whose label changes or goes', () => {
    const index = indexWith(namespaceOf('tenant-a', 'a.org'), namespaceOf('tenant-b', 'b.org'))

    index.put(namespaceOf('tenant-a', 'c.org'))
    index.put(namespaceOf('tenant-b'))

    assert.equal(index.apexes.ownerOf('a.org'), undefined)
    assert.equal(index.apexes.ownerOf('b.org'), undefined)
    assert.equal(index.apexes.ownerOf('c.org')?.apex, 'c.org')
  })

  it('reads the apexes anew when the host label is another', () => {
    const index = createNamespaceIndex(settings, () => true)
    index.put({ name: 'tenant-a', labels: { host: 'a.org', other: 'b.org' }, terminating: false })

    index.configure({ ...settings, hostLabel: 'other' })
    const { apexes } = index

    assert.equal(apexes.ownerOf('a.org'), undefined)
    assert.equal(apexes.ownerOf('b.org')?.apex, 'b.org')
  })

  it('keeps what it knows when a replacement breaks off', () => {
    const index = indexWith(namespaceOf('tenant-a', 'a.org'))
    function* broken(): Generator<Namespace> {
      yield namespaceOf('tenant-b', 'b.org')
      throw new Error('broken off')
    }

    assert.throws(() => index.replaceAll(broken()), /broken off/)

    assert.deepEqual(
      [...index.all()].map(({ name }) => name),
      ['tenant-a'],
    )
    assert.equal(index.apexes.ownerOf('a.org')?.apex, 'a.org')
    assert.equal(index.apexes.ownerOf('b.org'), undefined)
  })
})

/** The same answers from a scan over all namespaces. */
function scan(known: ReadonlyMap<string, Namespace>, hostLabel: string) {
  const byApex = new Map<string, string[]>()
  for (const namespace of known.values()) {
    const host = labelOf(namespace, hostLabel)
    if (isApex(host)) byApex.set(foldCase(host), [...(byApex.get(foldCase(host)) ?? []), namespace.name].sort())
  }
  const apexes = [...byApex.keys()]
  return {
    ownerOf(name: string) {
      const [apex] = apexes.filter((candidate) => inApex(name, candidate)).sort((a, b) => b.length - a.length)
      return apex === undefined ? undefined : { apex, namespaces: byApex.get(apex) }
    },
    hasApexBelow: (name: string, except?: string) =>
      apexes.some((apex) => apex !== name && apex !== except && inApex(apex, name)),
    shared: [...byApex.values()].filter((namespaces) => namespaces.length > 1).length,
  }
}

// Few labels, so that names meet, nest and repeat.
const label = fc.constantFrom('a', 'b', 'c', 'ab', 'B')
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
const asked = fc.oneof(
  host.map(foldCase),
  host.map((name) => `*.${foldCase(name)}`),
  fc.constantFrom('', '.', 'a.', '.a', '__proto__', 'a..b'),
)
const namespace = fc.record({
  name: fc.constantFrom('n1', 'n2', 'n3', 'n4', 'tenant-n5', '__proto__'),
  labels: fc.oneof(
    fc.record({ host: fc.oneof(host, fc.constantFrom('', '*.a', 'a..b', '1.2.3.4')), other: host }),
    fc.record({ other: host }),
    fc.constant({}),
  ),
  terminating: fc.boolean(),
})
const change = fc.oneof(
  { weight: 6, arbitrary: namespace.map((value) => ({ kind: 'put' as const, value })) },
  { weight: 3, arbitrary: namespace.map(({ name }) => ({ kind: 'remove' as const, name })) },
  {
    weight: 1,
    arbitrary: fc.array(namespace, { maxLength: 8 }).map((values) => ({ kind: 'replace' as const, values })),
  },
  { weight: 1, arbitrary: fc.constantFrom('host', 'other').map((key) => ({ kind: 'configure' as const, key })) },
)

describe('namespace index, compared with a scan', () => {
  it('answers alike after any sequence of changes', () => {
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 40 }),
        fc.array(asked, { minLength: 5, maxLength: 20 }),
        (changes, names) => {
          const index = createNamespaceIndex(settings, () => true)
          const known = new Map<string, Namespace>()
          let hostLabel = settings.hostLabel
          for (const step of changes) {
            if (step.kind === 'put') {
              index.put(step.value)
              known.set(step.value.name, step.value)
            } else if (step.kind === 'remove') {
              index.remove(step.name)
              known.delete(step.name)
            } else if (step.kind === 'replace') {
              index.replaceAll(step.values)
              known.clear()
              for (const value of step.values) known.set(value.name, value)
            } else {
              index.configure({ ...settings, hostLabel: step.key })
              hostLabel = step.key
            }
          }
          const model = scan(known, hostLabel)

          assert.equal(index.size, known.size)
          assert.equal(index.sharedApexes, model.shared)
          for (const [at, name] of names.entries()) {
            const except = names[names.length - 1 - at]
            assert.equal(index.get(name), known.get(name))
            assert.deepEqual(index.apexes.ownerOf(name), model.ownerOf(name))
            assert.equal(index.apexes.hasApexBelow(name), model.hasApexBelow(name))
            assert.equal(index.apexes.hasApexBelow(name, except), model.hasApexBelow(name, except))
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
