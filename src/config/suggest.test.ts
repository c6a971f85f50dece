import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggest } from './suggest.ts'

const keys = ['settings', 'server', 'port', 'healthPort', 'route-hostname', 'gateway-hostname', 'mode']

const meant = [
  ['setings', 'settings'],
  ['setttings', 'settings'],
  ['settigns', 'settings'],
  ['Settings', 'settings'],
  ['healthport', 'healthPort'],
  ['prot', 'port'],
  ['route-hostnames', 'route-hostname'],
  ['routehostname', 'route-hostname'],
  ['mod', 'mode'],
  ['servers', 'server'],
] as const

for (const [word, key] of meant)
  test(`'${word}' was meant to be '${key}'`, () => assert.equal(suggest(word, keys), key))

for (const word of ['', 'x', 'tls', 'part-of-it', 'mexx', 'hostname'])
  test(`'${word}' is like none of the keys`, () => assert.equal(suggest(word, keys), undefined))

test('of several likely keys the nearest is suggested', () => {
  assert.equal(suggest('certFil', ['keyFile', 'certFile', 'certFiles']), 'certFile')
})
