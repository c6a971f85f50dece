import assert from 'node:assert/strict'
import { test } from 'node:test'

import fc from 'fast-check'
import { stringify } from 'yaml'

import { holed, json, listOf, nameOrJson } from '../../../test/support/arbitraries.ts'
import { testGuardProperties } from '../../../test/support/guard-properties.ts'
import { askPlatformConfig } from '../../../test/support/platform-config.ts'
import type { Json } from '../guard.ts'
import { canonicalJson } from '../json.ts'
import { gatewayConfig } from './guard.ts'

const tenant = fc.constantFrom('tenant-a', 'tenant-b', 'tenant-b-dev', 'tenant-acme', 'tenant-plain', 'tenant-new')
const dnsName = fc.constantFrom(
  'localhost',
  'gw.a.example.org',
  '*.a.example.org',
  'gw.b.example.org',
  'gw.dev.b.example.org',
  'gw.example.net',
  'x.tenant-a.svc',
  'x.tenant-b',
  '::1',
  '0::1',
  'GW.a.example.org',
)
const image = fc.constantFrom('ghcr.io/nvidia/openshell/a:1', 'ghcr.io/nvidia/openshell/a', 'quay.io/a:1', 'a..b', '')
const config = fc.constantFrom(
  '',
  'openshell.gateway.log_level = "info"',
  'openshell.gateway.disable_tls = true',
  '[openshell.gateway.oidc]',
  'x =',
)
const gateway = fc.record({ image, serverDnsNames: fc.array(dnsName, { maxLength: 3 }), config }, { requiredKeys: [] })
const entry = fc.record({ name: tenant, gateway }, { requiredKeys: ['name'], noNullPrototype: true })
const entries = fc.array(entry, { maxLength: 5 })

type Entries = readonly Readonly<Record<string, unknown>>[]

/** One of several ways to write the same list. */
function write(list: Entries, way: number): string {
  if (way === 0) return JSON.stringify(list)
  if (way === 1) return stringify(list, { aliasDuplicateObjects: false })
  return `# list\n---\n${stringify(list, { aliasDuplicateObjects: false, defaultStringType: 'QUOTE_DOUBLE', collectionStyle: 'flow' })}...\n`
}

const oddEntry = holed({
  name: fc.oneof(tenant, nameOrJson),
  gateway: holed({
    image: fc.oneof(image, json),
    serverDnsNames: listOf(fc.oneof(dnsName, nameOrJson)),
    config: fc.oneof(config, json),
  }),
})
const oddDocument = fc.oneof(
  fc.array(oddEntry, { maxLength: 4 }).map((list) => JSON.stringify(list)),
  fc.tuple(entries, fc.nat(2)).map(([list, way]) => write(list, way)),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.constantFrom(...'-?:[]{},&*!|>\'"%@#\n\t \r\u0000ax0~'.split('')), { maxLength: 40 })
    .map((list) => list.join('')),
)

/** A document with one piece cut out, doubled or replaced. */
const mutated = fc
  .tuple(
    oddDocument,
    fc.nat(200),
    fc.nat(20),
    fc.constantFrom('', '&a ', '!t ', '*a', '\t', '- ', ': ', '\n', '"', '\ud800'),
  )
  .map(([text, at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length))

testGuardProperties(gatewayConfig, {
  resource: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace: 'gatehouse-system',
  object: holed({
    metadata: holed({
      name: fc.constant('platform-config'),
      annotations: holed({ 'gatehouse.dev/allow-removal': fc.oneof(fc.constant('true'), json) }),
    }),
    data: holed({ namespaces: fc.oneof({ weight: 4, arbitrary: fc.oneof(oddDocument, mutated) }, json) }),
  }),
})

test('the order and the writing of entries decide nothing', () => {
  const lists = entries.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  fc.assert(
    fc.property(lists, entries, fc.nat(2), fc.nat(2), ([list, shuffled], stored, way, other) => {
      const before = write(stored, other)

      assert.equal(
        askPlatformConfig({ text: write(list, way), stored: before }).code,
        askPlatformConfig({ text: write(shuffled, other), stored: before }).code,
      )
      assert.equal(
        askPlatformConfig({ text: write(list, way) }).code,
        askPlatformConfig({ text: write(shuffled, other) }).code,
      )
    }),
  )
})

test('a further entry never turns a denial into an approval', () => {
  fc.assert(
    fc.property(entries, oddEntry, fc.nat(5), (list, further, at) => {
      const longer: readonly Json[] = [...list.slice(0, at), further, ...list.slice(at)]

      const { code } = askPlatformConfig({ text: write(list, 0) })
      const next = askPlatformConfig({ text: JSON.stringify(longer) })

      assert.ok(code === 200 || next.code !== 200)
      assert.ok(code !== 422 || next.code === 422)
    }),
  )
})

test('an update admits no entry that would be refused in a new document, but copies of stored ones', () => {
  fc.assert(
    fc.property(entries, entries, fc.nat(2), (stored, list, way) => {
      const acknowledged = { 'gatehouse.dev/allow-removal': 'true' }
      const text = write(list, way)

      const { code } = askPlatformConfig({ text, stored: write(stored, 0), annotations: acknowledged })

      const left = stored.map((one) => canonicalJson(one))
      const added = list.filter((one) => {
        const at = left.indexOf(canonicalJson(one))
        if (at >= 0) left.splice(at, 1)
        return at < 0
      })
      const alone = added.every((one) => askPlatformConfig({ text: write([one], 0) }).code === 200)
      const names = list.map(({ name }) => name)
      const isNewTwice = added.some(({ name }) => names.indexOf(name) !== names.lastIndexOf(name))
      assert.equal(code === 200, (alone && !isNewTwice) || text === write(stored, 0))
    }),
    { numRuns: 300 },
  )
})

test('without a list of namespaces nothing passes that would be refused with one', () => {
  fc.assert(
    fc.property(entries, (list) => {
      const text = write(list, 0)

      assert.ok(askPlatformConfig({ text, complete: false }).code >= askPlatformConfig({ text }).code)
    }),
  )
})

test('any tag, anchor or alias in a document is refused', () => {
  const marks = fc.constantFrom('&a ', '! ', '!t ', '!!str ', '!!map ', '!!seq ', '!<t> ', '&a !t ')
  fc.assert(
    fc.property(marks, fc.nat(7), (mark, place) => {
      const at = (index: number) => (index === place ? mark : '')
      const text = `${at(0)}[${at(1)}{${at(2)}name: ${at(3)}tenant-a, ${at(4)}gateway: ${at(5)}{serverDnsNames: ${at(6)}[${at(7)}localhost]}}]`

      const { code } = askPlatformConfig({ text })

      assert.equal(code, 422)
    }),
  )
})
