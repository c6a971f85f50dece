import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { createNamespaceIndex } from '../tenancy/namespace-index.ts'
import { createNamespaceFacts, isLaterVersion } from './namespace-facts.ts'
import type { NamespaceFact } from './namespace-object.ts'

const settings = { namespacePrefix: 'tenant-', hostLabel: 'host' }

function factOf(resourceVersion: string, uid = 'u1', name = 'tenant-a'): NamespaceFact {
  return {
    namespace: { name, labels: { host: `v${resourceVersion}.${uid}.org` }, terminating: false },
    uid,
    resourceVersion,
  }
}

function createFacts() {
  const index = createNamespaceIndex(settings, () => true)
  const changed: string[] = []
  const facts = createNamespaceFacts(index, (name) => changed.push(name))
  return { index, facts, changed, host: () => index.get('tenant-a')?.labels['host'] }
}

describe('facts, with a live read under way', () => {
  const put = (fact: NamespaceFact) => ({ kind: 'put', fact }) as const
  const gone = (fact: NamespaceFact) => ({ kind: 'gone', fact }) as const

  it('take the answer where nothing else was heard', () => {
    const { facts, index, host } = createFacts()

    const taken = facts.answer(facts.ask('tenant-a'), factOf('5'))

    assert.equal(taken, true)
    assert.equal(host(), 'v5.u1.org')
    assert.equal(index.apexes.ownerOf('v5.u1.org')?.apex, 'v5.u1.org')
  })

  it('take the answer that a namespace is missing where nothing else was heard', () => {
    const { facts, host } = createFacts()
    facts.event(put(factOf('5')))

    facts.answer(facts.ask('tenant-a'), undefined)

    assert.equal(host(), undefined)
  })

  const overtaken: readonly (readonly [
    name: string,
    event: ReturnType<typeof put> | ReturnType<typeof gone>,
    answer: NamespaceFact | undefined,
    host: string | undefined,
  ])[] = [
    ['a newer change', put(factOf('10')), factOf('9'), 'v10.u1.org'],
    ['the same change', put(factOf('10')), factOf('10'), 'v10.u1.org'],
    ['an older change', put(factOf('9')), factOf('10'), 'v10.u1.org'],
    ['a change of a version that is no number', put(factOf('x9')), factOf('10'), 'vx9.u1.org'],
    ['a change of another object of this name', put(factOf('9', 'u2')), factOf('10', 'u1'), 'v9.u2.org'],
    ['its deletion', gone(factOf('10')), factOf('9'), undefined],
    ['an older deletion of its predecessor', gone(factOf('8', 'u0')), factOf('9'), undefined],
    ['its creation, while the answer says it is missing', put(factOf('10')), undefined, 'v10.u1.org'],
  ]
  for (const [name, event, answer, expected] of overtaken) {
    it(`settle between the answer and ${name}`, () => {
      const { facts, host } = createFacts()

      const question = facts.ask('tenant-a')
      facts.event(event)
      facts.answer(question, answer)

      assert.equal(host(), expected)
    })
  }

  it('go by the last of several events', () => {
    const { facts, host } = createFacts()

    const question = facts.ask('tenant-a')
    facts.event(put(factOf('7')))
    facts.event(gone(factOf('9')))
    facts.answer(question, factOf('8'))

    assert.equal(host(), undefined)
  })

  it('do not mind events of other namespaces', () => {
    const { facts, host, changed } = createFacts()

    const question = facts.ask('tenant-a')
    facts.event(put(factOf('9', 'u9', 'tenant-b')))
    const taken = facts.answer(question, factOf('5'))

    assert.equal(taken, true)
    assert.equal(host(), 'v5.u1.org')
    assert.deepEqual(changed, ['tenant-b'])
  })

  for (const [version, expected] of [
    ['19', undefined],
    ['20', undefined],
    ['21', 'v21.u1.org'],
  ] as const) {
    it(`${expected === undefined ? 'drop' : 'take'} an answer of version ${version} after a list of version 20 without it`, () => {
      const { facts, host } = createFacts()

      const question = facts.ask('tenant-a')
      facts.list({ facts: [factOf('3', 'u3', 'tenant-b')], resourceVersion: '20' })
      facts.answer(question, factOf(version))

      assert.equal(host(), expected)
    })
  }

  it('keep what a list says over an older answer', () => {
    const { facts, host } = createFacts()

    const question = facts.ask('tenant-a')
    facts.list({ facts: [factOf('15')], resourceVersion: '20' })
    facts.answer(question, factOf('14'))

    assert.equal(host(), 'v15.u1.org')
  })

  it('forget a read that failed', () => {
    const { facts, host } = createFacts()

    facts.drop(facts.ask('tenant-a'))
    const question = facts.ask('tenant-a')
    facts.answer(question, factOf('5'))

    assert.equal(host(), 'v5.u1.org')
  })
})

describe('resource versions', () => {
  it('are compared as whole numbers, however long', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 80n }), fc.bigInt({ min: 1n, max: 2n ** 80n }), (left, right) => {
        assert.equal(isLaterVersion(String(left), String(right)), left > right)
      }),
    )
  })

  for (const [left, right] of [
    ['', '1'],
    ['2', ''],
    ['02', '1'],
    ['2', '0'],
    ['2a', '1'],
    ['-2', '1'],
    ['2.5', '1'],
    ['2', 'v1'],
  ] as const) {
    it(`'${left}' is not later than '${right}': one of them is no plain number`, () => {
      assert.equal(isLaterVersion(left, right), false)
    })
  }
})
