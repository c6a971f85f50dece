import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createApexIndex, type ApexIndex } from './apex-index.ts'

function indexOf(...entries: readonly (readonly [apex: string, namespace: string])[]): ApexIndex {
  const index = createApexIndex()
  for (const [apex, namespace] of entries) index.add(apex, namespace)
  return index
}

describe('apex index', () => {
  const index = indexOf(
    ['example.org', 'tenant-root'],
    ['alice.example.org', 'tenant-alice'],
    ['dev.alice.example.org', 'tenant-alice-dev'],
    ['customer1.io', 'tenant-acme'],
    ['intranet', 'tenant-single'],
  )
  const owners: readonly (readonly [name: string, apex: string | undefined])[] = [
    ['example.org', 'example.org'],
    ['x.example.org', 'example.org'],
    ['alice.example.org', 'alice.example.org'],
    ['shop.alice.example.org', 'alice.example.org'],
    ['a.b.c.d.e.f.dev.alice.example.org', 'dev.alice.example.org'],
    ['*.alice.example.org', 'alice.example.org'],
    ['*.example.org', 'example.org'],
    ['notalice.example.org', 'example.org'],
    ['evilexample.org', undefined],
    ['example.org.evil.net', undefined],
    ['org', undefined],
    ['io', undefined],
    ['', undefined],
    ['.', undefined],
    ['.example.org', 'example.org'],
    ['example.org.', undefined],
    ['a.intranet', 'intranet'],
    ['__proto__', undefined],
    ['constructor.prototype', undefined],
    [`${'a.'.repeat(1_000)}customer1.io`, 'customer1.io'],
    ['a'.repeat(10_000), undefined],
  ]
  for (const [name, apex] of owners) {
    it(`finds ${apex ?? 'nobody'} as the owner of ${name.length > 60 ? `${name.slice(0, 20)}…` : `'${name}'`}`, () => {
      const owner = index.ownerOf(name)

      assert.equal(owner?.apex, apex)
    })
  }

  const parents: readonly (readonly [name: string, except: string | undefined, expected: boolean])[] = [
    ['org', undefined, true],
    ['org', 'alice.example.org', true],
    ['example.org', undefined, true],
    ['example.org', 'example.org', true],
    ['alice.example.org', undefined, true],
    ['alice.example.org', 'dev.alice.example.org', false],
    ['alice.example.org', 'dev.bob.example.org', true],
    ['alice.example.org', 'nobody.alice.example.org', true],
    ['dev.alice.example.org', undefined, false],
    ['io', undefined, true],
    ['io', 'customer1.io', false],
    ['customer1.io', undefined, false],
    ['intranet', undefined, false],
    ['xample.org', undefined, false],
    ['', undefined, false],
    ['toString', undefined, false],
  ]
  for (const [name, except, expected] of parents) {
    it(`says that ${expected ? 'an' : 'no'} apex lies below '${name}'${except === undefined ? '' : `, '${except}' left out`}`, () => {
      assert.equal(index.hasApexBelow(name, except), expected)
    })
  }
})

describe('apex index with one apex of several namespaces', () => {
  it('names all of them in order, whatever the order in which they came', () => {
    const index = indexOf(['a.org', 'n3'], ['a.org', 'n1'], ['a.org', 'n4'], ['a.org', 'n2'], ['a.org', 'n2'])

    assert.deepEqual(index.ownerOf('x.a.org')?.namespaces, ['n1', 'n2', 'n3', 'n4'])
    assert.equal(index.shared, 1)
    assert.equal(index.hasApexBelow('org', 'a.org'), false)
  })

  it('keeps the apex until the last of them is gone', () => {
    const index = indexOf(['a.org', 'n1'], ['a.org', 'n2'])

    index.remove('a.org', 'n1')
    const alone = { namespaces: index.ownerOf('a.org')?.namespaces, shared: index.shared }
    index.remove('a.org', 'n2')

    assert.deepEqual(alone, { namespaces: ['n2'], shared: 0 })
    assert.equal(index.ownerOf('a.org'), undefined)
    assert.equal(index.hasApexBelow('org'), false)
  })

  it('ignores the removal of what was never there', () => {
    const index = indexOf(['a.org', 'n1'], ['b.org', 'n1'], ['b.org', 'n3'])

    index.remove('a.org', 'n2')
    index.remove('b.org', 'n2')
    index.remove('c.org', 'n1')

    assert.deepEqual(index.ownerOf('a.org')?.namespaces, ['n1'])
    assert.deepEqual(index.ownerOf('b.org')?.namespaces, ['n1', 'n3'])
    assert.equal(index.shared, 1)
  })
})
