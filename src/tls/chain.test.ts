import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { findChain } from './chain.ts'
import { type IssuedCertificate, issueCertificate } from './issue.ts'

const now = new Date('2030-01-01T00:00:00Z')

async function issue(commonName: string, issuer?: IssuedCertificate, days = 10, ca = true) {
  const pair = await issueCertificate({ commonName, ca, days, now, ...(issuer === undefined ? {} : { issuer }) })
  return { ...pair, certificate: new X509Certificate(pair.cert) }
}

const root = await issue('Root')
const middle = await issue('Middle', root)
const leaf = await issue('Leaf', middle, 10, false)

test('a chain leads over what is sent to what is trusted', () => {
  const chain = findChain(leaf.certificate, {
    intermediates: [root.certificate, middle.certificate],
    roots: [root.certificate],
  })

  assert.deepEqual(
    chain?.map(({ subject }) => subject),
    ['CN=Leaf', 'CN=Middle', 'CN=Root'],
  )
})

test('a CA that is trusted ends the chain, though another signed it', () => {
  const chain = findChain(leaf.certificate, { roots: [middle.certificate] })

  assert.equal(chain?.length, 2)
})

test('what is trusted itself needs no CA', () => {
  assert.equal(findChain(leaf.certificate, { roots: [leaf.certificate] })?.length, 1)
})

test('without the certificate between them there is no chain', () => {
  assert.equal(findChain(leaf.certificate, { roots: [root.certificate] }), undefined)
})

test('a CA of the same name with another key is another CA', async () => {
  const twin = await issue('Middle', root)

  const chain = findChain(leaf.certificate, { intermediates: [twin.certificate], roots: [root.certificate] })

  assert.equal(chain, undefined)
})

test('what is no CA signs nothing', async () => {
  const other = await issue('Other', undefined, 10, false)

  assert.equal(
    findChain(leaf.certificate, { intermediates: [other.certificate], roots: [root.certificate] }),
    undefined,
  )
})

test('every certificate of a chain must be valid at the moment that is asked for', async () => {
  const short = await issue('Short', root, 1)
  const below = await issue('Below', short, 10, false)
  const parts = { intermediates: [short.certificate], roots: [root.certificate] }
  const later = (days: number) => new Date(now.getTime() + days * 86_400_000)

  assert.equal(findChain(below.certificate, { ...parts, at: now })?.length, 3)
  assert.equal(findChain(below.certificate, { ...parts, at: later(2) }), undefined)
  assert.equal(findChain(below.certificate, { ...parts, at: later(-1) }), undefined)
  assert.equal(findChain(below.certificate, parts)?.length, 3)
})

test('CAs that signed each other have an end', async () => {
  const first = await issue('First')
  const second = await issue('Second', first)
  const leafOfSecond = await issue('Leaf', second, 10, false)

  const chain = findChain(leafOfSecond.certificate, {
    intermediates: [first.certificate, second.certificate],
    roots: [root.certificate],
  })

  assert.equal(chain, undefined)
})
